"""Screenshots are made small without changing what they show."""

import struct
import zlib
from random import Random

import pytest

from duban.config.png import SIGNATURE, with_palette

WIDTH, HEIGHT = 12, 10
COLOURS = [bytes((shade, 255 - shade, shade // 2)) for shade in range(0, 200, 20)]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def filtered(kind: int, line: bytes, above: bytes) -> bytes:
    """Filter a line as a browser does, by the definition of PNG."""
    out = bytearray()
    for place, value in enumerate(line):
        left, corner = (line[place - 3], above[place - 3]) if place > 2 else (0, 0)
        up = above[place]
        nearest = min((left, up, corner), key=lambda each: abs(left + up - corner - each))
        out.append((value - (0, left, up, (left + up) // 2, nearest)[kind]) % 256)
    return bytes([kind]) + bytes(out)


def picture(rows: list[bytes], *, colours: int = 2) -> bytes:
    lines = b"".join(
        filtered(number % 5, row, rows[number - 1] if number else bytes(len(row))) for number, row in enumerate(rows)
    )
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colours, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def shown(png: bytes) -> list[bytes]:
    """Return the rows of a picture with a palette, as RGB."""
    parts: dict[bytes, bytes] = {}
    place = len(SIGNATURE)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        parts[kind] = png[place + 8 : place + 8 + length]
        place += length + 12
    palette, lines = parts[b"PLTE"], zlib.decompress(parts[b"IDAT"])
    rows = [lines[start + 1 : start + 1 + WIDTH] for start in range(0, len(lines), WIDTH + 1)]
    return [b"".join(palette[3 * pixel : 3 * pixel + 3] for pixel in row) for row in rows]


def test_a_picture_of_few_colours_stays_exactly_as_it_is_whatever_its_filters() -> None:
    random = Random(7)
    rows = [b"".join(random.choice(COLOURS) for _ in range(WIDTH)) for _ in range(HEIGHT)]
    assert shown(with_palette(picture(rows))) == rows


def test_another_kind_of_picture_is_refused() -> None:
    rows = [bytes(WIDTH * 3)] * HEIGHT
    with pytest.raises(ValueError, match="RGB"):
        with_palette(picture(rows, colours=6))

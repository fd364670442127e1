"""Screenshots made small: the 256 most frequent colours as a palette, packed tightly. Standard library only."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, PALETTE = 2, 3
MOST_COLOURS = 256


def with_palette(png: bytes) -> bytes:
    """
    Return an RGB picture (8 bits, not interlaced, as browsers take them) with at most 256 colours.

    :raises ValueError: if the picture is of another kind
    """
    header = b""
    packed = bytearray()
    for kind, body in _chunks(png):
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            packed += body
    width, height, depth, colours, _compression, _filter, interlaced = struct.unpack(">IIBBBBB", header)
    if (depth, colours, interlaced) != (8, RGB, 0):
        raise ValueError("an RGB picture of 8 bits is expected")
    pixels = [
        row[place : place + 3]
        for row in _rows(zlib.decompress(packed), width, height)
        for place in range(0, width * 3, 3)
    ]
    palette, places = _palette(Counter(pixels))
    flat = bytes(map(places.__getitem__, pixels))
    lines = b"".join(b"\0" + flat[start : start + width] for start in range(0, width * height, width))
    return SIGNATURE + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        yield kind, png[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _palette(found: Counter[bytes]) -> tuple[list[bytes], dict[bytes, int]]:
    """Return the most frequent colours, and for each colour of the picture the place of the nearest of them."""
    palette = [colour for colour, _number in found.most_common(MOST_COLOURS)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in found:
        if colour not in places:
            places[colour] = min(range(len(palette)), key=lambda place: _distance(colour, palette[place]))
    return palette, places


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _rows(data: bytes, width: int, height: int) -> Iterator[bytes]:
    """Undo the five line filters of PNG."""
    length = width * 3
    above = bytearray(length)
    for number in range(height):
        start = number * (length + 1)
        line = bytearray(data[start + 1 : start + 1 + length])
        _undo(data[start], line, above)
        yield bytes(line)
        above = line


def _undo(kind: int, line: bytearray, above: bytearray) -> None:
    if kind == 1:
        for place in range(3, len(line)):
            line[place] = (line[place] + line[place - 3]) & 255
    elif kind == 2:
        for place, up in enumerate(above):
            line[place] = (line[place] + up) & 255
    elif kind == 3:
        for place, up in enumerate(above):
            left = line[place - 3] if place > 2 else 0
            line[place] = (line[place] + (left + up) // 2) & 255
    elif kind == 4:
        for place, up in enumerate(above):
            left, corner = (line[place - 3], above[place - 3]) if place > 2 else (0, 0)
            line[place] = (line[place] + _paeth(left, up, corner)) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner

"""Files made to do harm are refused with a sentence before anything in them is parsed (security cases 35-38, 46)."""

import io
import time
import zipfile

import pytest

from duban.kernel.errors import InvalidInput
from duban.workbooks.reading import MOST_BYTES, read_table
from duban.workbooks.tests.made import COLUMNS, changed, part, plain_workbook, word_table

GOOD = plain_workbook([["1", "疏通河道", "市水务局", "", "", "6月底", ""]])
SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def refusal(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(InvalidInput) as refused:
        read_table(content=content, file_name=name, columns=COLUMNS)
    assert str(refused.value)
    return str(refused.value.context["code"]) if "code" in refused.value.context else "limit"


def stretched(*, megabytes: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", method) as archive, archive.open("xl/media/x.xml", "w") as entry:
        for _ in range(megabytes):
            entry.write(b" " * 1024 * 1024)
    return out.getvalue()


def relation(target: str, kind: str) -> bytes:
    return (
        part(GOOD, RELATIONS)
        .decode()
        .replace(
            "</Relationships>",
            f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
            f' Target="{target}" TargetMode="External"/></Relationships>',
        )
        .encode()
    )


def test_a_zip_bomb_is_refused_by_its_ratio_quickly() -> None:
    bomb = stretched(megabytes=60)
    assert len(bomb) < 200_000
    started = time.monotonic()
    assert refusal(bomb) == "bomb"
    assert time.monotonic() - started < 3


def test_a_bomb_of_many_parts_is_refused() -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(3000):
            archive.writestr(f"xl/media/{number}.xml", b"")
    assert refusal(out.getvalue()) == "bomb"


def test_parts_that_share_their_bytes_are_refused() -> None:
    lying = bytearray(stretched(megabytes=30, method=zipfile.ZIP_STORED)[: MOST_BYTES - 1])
    assert refusal(bytes(lying)) == "damaged"
    overlapping = changed(GOOD, {"xl/a.bin": b"x" * 5_000})
    place = overlapping.rindex(b"PK\x01\x02")
    forged = bytearray(overlapping)
    forged[place + 20 : place + 24] = (len(overlapping) * 2).to_bytes(4, "little")
    assert refusal(bytes(forged)) == "bomb"


def test_a_part_longer_than_its_header_says_is_refused() -> None:
    forged = bytearray(changed(GOOD, {"xl/media/x.xml": b"<a>" + b" " * 50_000 + b"</a>"}))
    place = forged.rindex(b"PK\x01\x02")
    forged[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(forged)) == "damaged"


def test_an_archive_inside_is_refused() -> None:
    assert refusal(changed(GOOD, {"xl/media/inner.zip": GOOD})) == "nested"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", [SHEET, "xl/sharedStrings.xml", "docProps/app.xml", RELATIONS])
def test_a_document_type_in_any_part_and_encoding_is_refused(name: str, encoding: str) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'
    assert refusal(changed(GOOD, {name: text.encode(encoding)})) == "doctype"


def test_a_document_type_hidden_in_another_code_page_is_refused() -> None:
    hidden = b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE a []><a/>".encode("cp037")
    assert refusal(changed(GOOD, {SHEET: hidden})) == "doctype"


@pytest.mark.parametrize("kind", ["externalLinkPath", "attachedTemplate", "image", "oleObject"])
def test_relations_that_are_fetched_from_outside_are_refused(kind: str) -> None:
    assert refusal(changed(GOOD, {RELATIONS: relation("http://example.invalid/x", kind)})) == "external"


def test_a_hyperlink_is_only_text_and_is_not_refused() -> None:
    content = changed(GOOD, {RELATIONS: relation("mailto:a@example.invalid", "hyperlink")})
    assert len(read_table(content=content, file_name="a.xlsx", columns=COLUMNS).rows) == 1


def test_macros_are_refused_whatever_the_name_says() -> None:
    assert refusal(changed(GOOD, {"xl/vbaProject.bin": b"x"})) == "macros"
    types = part(GOOD, "[Content_Types].xml").replace(b".sheet.main+xml", b".sheet.macroEnabled.main+xml")
    assert refusal(changed(GOOD, {"[Content_Types].xml": types})) == "macros"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"  \r\n ", "a.csv", "empty"),
        (b"hello", "a.xlsx", "not-xlsx"),
        (word_table([]), "a.xlsx", "not-xlsx"),
        (GOOD, "a.docx", "not-docx"),
        (GOOD, "a.csv", "not-csv"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xlsx", "old-xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "a.csv", "binary"),
        (b"a" * (MOST_BYTES + 1), "a.csv", "too-large"),
        (changed(GOOD, {"../../etc/passwd": b"x"}), "a.xlsx", "damaged"),
        (changed(GOOD, {SHEET: b"<worksheet><sheetData>"}), "a.xlsx", "damaged"),
        (changed(GOOD, {SHEET: None}), "a.xlsx", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_usable_file_is_refused_by_what_it_is(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name) == code


def test_a_deeply_nested_part_does_not_break_the_reader() -> None:
    deep = b"<worksheet>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</worksheet>"
    assert refusal(changed(GOOD, {SHEET: deep})) in ("damaged", "empty", "limit")


def test_formulas_never_run_and_cells_that_begin_with_signs_stay_text() -> None:
    rows = [["1", "+86 138", "@某局", "-", "", "=1+1", ""]]
    table = read_table(content=plain_workbook(rows), file_name="a.xlsx", columns=COLUMNS)
    assert table.rows[0].values["item"] == "+86 138"
    assert table.rows[0].values["due"] == "=1+1"

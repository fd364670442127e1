"""The text of uploaded speeches: encodings, numbering of Word, PDF, and files that cannot be read (R-688 ff.)."""

import io
import time
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from duban.directives.extraction import MOST_BYTES, extract_text
from duban.directives.extraction_pdf import usual_characters
from duban.directives.word_numbering import FORMS, chinese
from duban.kernel.errors import InvalidInput

SPEECH = "同志们：\r\n今天的会议，主要是部署全市作风建设工作。\r\n一、认清形势，增强做好工作的责任感\r\n各部门要在6月底前完成自查。\r\n"
TRADITIONAL = "各位同志：今天的會議，主要是研究全市環境整治工作。各部門要在六月底以前完成檢查，並提出具體辦法。"

NUMBERING = """
<w:numbering {ns}>
  <w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3．"/></w:lvl>
    <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
  </w:abstractNum>
  <w:abstractNum w:abstractNumId="2">
    <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimalEnclosedCircle"/><w:lvlText w:val="%1"/></w:lvl>
    <w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
  <w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
  <w:num w:numId="3"><w:abstractNumId w:val="1"/>
    <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def document(paragraphs: list[tuple[str, int, int]], *, build: Any = None) -> bytes:
    made = Document()
    numbering = made.part.numbering_part
    numbering._element = parse_xml(NUMBERING.format(ns=nsdecls("w")))
    for text, number, level in paragraphs:
        paragraph = made.add_paragraph(text)
        if number:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
            )
    if build:
        build(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def code_of(content: bytes, name: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        extract_text(content=content, file_name=name)
    assert str(refused.value)
    return str(refused.value.context.get("code", "limit"))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "gb2312", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_speech_in_any_encoding_gives_the_same_text(codec: str) -> None:
    extracted = extract_text(content=SPEECH.encode(codec), file_name="讲话.txt")
    assert extracted.text == SPEECH
    assert extracted.text.encode(extracted.encoding.removesuffix("-sig")) in SPEECH.encode(codec)
    assert extracted.kind == "txt"


def test_traditional_text_in_big5_is_recognised() -> None:
    extracted = extract_text(content=TRADITIONAL.encode("big5"), file_name="a.txt")
    assert extracted.text == TRADITIONAL
    assert extracted.encoding == "big5hkscs"


def test_one_damaged_character_does_not_make_a_speech_unreadable() -> None:
    damaged = bytearray((SPEECH * 20).encode("gb18030"))
    damaged[601] = 0xFF
    extracted = extract_text(content=bytes(damaged), file_name="a.txt")
    assert extracted.encoding == "gb18030"
    assert extracted.replaced >= 1
    assert "增强做好工作的责任感" in extracted.text


def test_a_line_of_one_megabyte_is_fine() -> None:
    text = "各部门要认真落实，" * 40_000
    started = time.monotonic()
    assert extract_text(content=text.encode("gb18030"), file_name="a.txt").text == text
    assert time.monotonic() - started < 3


def test_automatic_numbers_of_word_become_visible() -> None:
    content = document(
        [
            ("总体要求", 1, 0),
            ("主要任务", 1, 0),
            ("学习", 1, 1),
            ("学原文", 1, 2),
            ("谈体会", 1, 2),
            ("整改", 1, 1),
            ("查问题", 1, 2),
            ("条款", 1, 3),
            ("不编号", 0, 0),
            ("从三开始", 2, 0),
            ("点", 2, 1),
            ("另起", 3, 0),
        ]
    )
    assert extract_text(content=content, file_name="讲话.docx").text.split("\n") == [
        "一、总体要求",
        "二、主要任务",
        "（一）学习",
        "1．学原文",
        "2．谈体会",
        "（二）整改",
        "1．查问题",
        "2.2条款",
        "不编号",
        "③从三开始",
        "点",
        "一、另起",
    ]


def test_numbers_given_by_a_style_count_too() -> None:
    def with_style(made: Any) -> None:
        style = made.styles["Heading 1"]
        style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
        made.add_paragraph("甲", style="Heading 1")
        made.add_paragraph("正文")
        made.add_paragraph("乙", style="Heading 1")

    text = extract_text(content=document([], build=with_style), file_name="a.docx").text
    assert text.split("\n") == ["一、甲", "正文", "二、乙"]


def test_tables_breaks_and_deleted_text_of_word() -> None:
    def with_table(made: Any) -> None:
        table = made.add_table(rows=2, cols=2)
        for row in range(2):
            for column in range(2):
                table.cell(row, column).text = f"{row}{column}"
        paragraph = made.add_paragraph("前")
        paragraph.add_run().add_break()
        paragraph.add_run("后")
        paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>删去</w:delText></w:r></w:del>"))
        paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>补上</w:t></w:r></w:ins>"))

    text = extract_text(content=document([], build=with_table), file_name="a.docx").text
    assert text == "00\t01\n10\t11\n前\n后补上"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (105, "一百〇五"),
        (110, "一百一十"),
        (1002, "一千〇二"),
    ],
)
def test_chinese_numbers_are_written_as_word_writes_them(number: int, shown: str) -> None:
    assert chinese(number) == shown


def test_every_form_of_number_gives_a_marker_for_every_count() -> None:
    for form in FORMS.values():
        assert all(form(count) for count in range(1, 200))


def pdf(*, text: str = "", password: str = "") -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    if text:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
        )
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_text_gives_its_text() -> None:
    extracted = extract_text(content=pdf(text="All departments report before 30 June 2026."), file_name="a.pdf")
    assert extracted.text.strip() == "All departments report before 30 June 2026."
    assert extracted.kind == "pdf"


def test_radicals_that_fonts_of_a_pdf_put_for_characters_become_characters() -> None:
    assert usual_characters("作⻛建设：⼀、各部⻔在6⽉10⽇前⾃查，ﬁnal") == "作风建设：一、各部门在6月10日前自查，final"
    assert usual_characters("长期坚持，风清气正（一）") == "长期坚持，风清气正（一）"


def bomb() -> bytes:
    out = io.BytesIO(document([("甲", 0, 0)]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/x.xml", b" " * 60_000_000)
    return out.getvalue()


def with_doctype() -> bytes:
    old = io.BytesIO(document([("甲", 0, 0)]))
    out = io.BytesIO()
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            body = source.read(entry)
            if entry.filename == "word/document.xml":
                body = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
            target.writestr(entry, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b" \r\n\t", "a.txt", "empty"),
        (b"\xef\xbb\xbf", "a.txt", "empty"),
        ("\u3000\n".encode(), "a.txt", "empty"),
        (b"a" * (MOST_BYTES["txt"] + 1), "a.txt", "too-large"),
        (b"\0" * 50 * 1024 * 1024, "a.txt", "too-large"),
        ("同志们\0：".encode(), "a.txt", "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "a.txt", "binary"),
        (b"PK\x03\x04 and more", "a.txt", "binary"),
        (b"{\\rtf1 hello}", "a.txt", "old-docx"),
        (b"whatever", "a.doc", "old-docx"),
        (b"whatever", "a.WPS", "old-docx"),
        (b"whatever", "a.et", "table"),
        (b"whatever", "a.html", "web-page"),
        (b"whatever", "a.docx", "not-docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx", "old-docx"),
        (b"whatever", "a.pdf", "not-pdf"),
        (b"%PDF-1.7 and then nothing", "a.pdf", "damaged"),
        (pdf(), "a.pdf", "scanned"),
        (pdf(text="secret", password="word"), "a.pdf", "encrypted"),
        (document([]), "a.docx", "empty"),
        (bomb(), "a.docx", "bomb"),
        (with_doctype(), "a.docx", "doctype"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_answered_with_a_sentence(content: bytes, name: str, code: str) -> None:
    assert code_of(content, name) == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_text_or_a_sentence(content: bytes) -> None:
    try:
        extracted = extract_text(content=content, file_name="a.txt")
    except InvalidInput:
        return
    assert "\0" not in extracted.text


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40)


@settings(max_examples=100, deadline=None)
@given(HAN, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_any_words_around_a_speech_keep_its_encoding_recognisable(words: str, codec: str) -> None:
    text = SPEECH + words + SPEECH
    assert extract_text(content=text.encode(codec), file_name="a.txt").text == text

"""Papers as they come out: counted in the rendered pages, not in the settings."""

import io
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from duban.papers.layout.content import Annex, Content, Table, Text, as_data, chinese_day, from_data
from duban.papers.layout.faces import FACES, choose, replaced
from duban.papers.layout.pdf import pdf_of
from duban.papers.layout.profiles import PROFILES, STANDARD
from duban.papers.layout.word import word_of

FULL = "国" * STANDARD.characters * 60
BREAKDOWN = Table(
    ["序号", "任务", "时限"], [1, 6, 2], [[str(number), "走访困难群众", "6月底前"] for number in range(90)]
)
NOTICE = Content(
    title="关于交办专题教育重点任务的通知",
    red_head="澜川市专题教育领导小组办公室文件",
    number="澜教办发〔2026〕7号",
    addressees="各县（区）专题教育办",
    blocks=[Text("现将重点任务交办如下。"), Text("一、总体安排", 1), Text("（一）抓到支部", 2), Text(FULL)],
    annexes=[Annex("任务分解表", [BREAKDOWN], is_landscape=True)],
    issuer="澜川市专题教育领导小组办公室",
    issued_on=date(2026, 3, 5),
    note="联系人：林晓禾",
    copies_to="市委办公室",
    printed_by="澜川市专题教育领导小组办公室",
)


def lines_of(pdf: bytes, page: int) -> list[str]:
    text = PdfReader(io.BytesIO(pdf)).pages[page].extract_text()
    return [line.strip() for line in text.splitlines() if line.strip() and "—" not in line]


def through_an_office_suite(docx: bytes, folder: Path) -> bytes:
    """Return what a program for Word files makes of it; `make test` installs one."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: apt-get install libreoffice-writer-nogui"
    (folder / "paper.docx").write_bytes(docx)
    subprocess.run(
        [
            *[program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"],
            *["--outdir", str(folder), str(folder / "paper.docx")],
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "paper.pdf").read_bytes()


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_full_page_of_the_pdf_has_22_lines_of_28_characters(profile) -> None:
    lines = lines_of(pdf_of(content=NOTICE, profile=profile), 1)

    assert [len(line) for line in lines] == [28] * 22


def test_a_full_page_of_the_word_file_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    pdf = through_an_office_suite(word_of(content=NOTICE), tmp_path)

    assert [len(line) for line in lines_of(pdf, 1)] == [28] * 22
    pages = PdfReader(io.BytesIO(pdf)).pages
    landscape = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert landscape
    # The titles of the table stand on each of its pages.
    assert all("时限" in page.extract_text() for page in landscape)
    assert "抄送：市委办公室。" in pages[-1].extract_text()


def test_pdf_and_word_carry_every_part_of_the_paper() -> None:
    parts = [NOTICE.red_head, NOTICE.number, NOTICE.title, "各县（区）专题教育办：", "2026年3月5日", "附件：任务分解表"]
    pdf = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(content=NOTICE))).pages).split())
    document = Document(io.BytesIO(word_of(content=NOTICE)))
    word = "".join(paragraph.text for paragraph in document.paragraphs)
    for part in parts:
        assert part in word
        assert part in pdf
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "走访困难群众" in cells
    assert "抄送：市委办公室。" in cells


def test_the_area_of_the_page_is_the_one_of_the_standard() -> None:
    for profile in PROFILES.values():
        assert (round(profile.width, 1), round(profile.height, 1)) == (156.0, 225.0)
    section: Any = Document(io.BytesIO(word_of(content=NOTICE))).sections[0]
    # In twentieths of a point: 37, 35, 28 and 26 mm of 210 × 297.
    twips = [round(length / 635) for length in (section.page_width, section.page_height, section.top_margin)]
    assert twips == [11906, 16838, 2098]
    assert [round(length / 635) for length in (section.left_margin, section.right_margin)] == [1587, 1474]


def test_all_four_scripts_name_the_face_of_the_standard() -> None:
    document = Document(io.BytesIO(word_of(content=NOTICE)))
    run: Any = next(paragraph for paragraph in document.paragraphs if paragraph.text == "现将重点任务交办如下。").runs[
        0
    ]
    fonts = run._r.rPr.rFonts
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "eastAsia", "cs")} == {"仿宋_GB2312"}


def test_a_face_that_is_missing_is_named_with_what_stands_in_for_it() -> None:
    chosen = choose(installed={"仿宋", "Noto Serif CJK SC", "Noto Sans CJK SC"})
    assert chosen["body"].family == "仿宋"
    said = dict(replaced(chosen=chosen))
    assert "仿宋_GB2312" not in said
    assert said["方正小标宋简体"] == "Noto Serif CJK SC"
    assert dict(replaced(chosen=choose(installed=set())))["黑体"] == ""
    assert not replaced(chosen=choose(installed={face.wanted for face in FACES.values()}))


def test_words_that_look_like_markup_stay_words() -> None:
    wicked = '#read("/etc/passwd") $x$ *粗* <w:t>& \x07 [链] \\'
    content = Content(title=wicked, blocks=[Text(wicked)])
    assert '#read("/etc/passwd")' in PdfReader(io.BytesIO(pdf_of(content=content))).pages[0].extract_text()
    assert Document(io.BytesIO(word_of(content=content))).paragraphs[0].text == wicked.replace("\x07", "")


@given(
    st.builds(
        Content,
        title=st.text(max_size=20),
        blocks=st.lists(
            st.one_of(
                st.builds(Text, text=st.text(max_size=30), level=st.sampled_from([0, 1, 2, 3, 4])),
                st.builds(
                    Table,
                    titles=st.just(["甲", "乙"]),
                    widths=st.just([1, 2]),
                    rows=st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=2), max_size=3),
                ),
            ),
            max_size=4,
        ),
        issued_on=st.none() | st.dates(),
    )
)
def test_a_paper_written_down_is_the_same_paper_again(content: Content) -> None:
    kept = json.dumps(as_data(content))
    assert json.dumps(as_data(from_data(json.loads(kept)))) == kept


def test_days_are_written_without_leading_zeros() -> None:
    assert chinese_day(date(2026, 3, 5)) == "2026年3月5日"
    assert chinese_day(None) == ""

"""
A paper as .docx after GB/T 9704.

The measures are set on each paragraph rather than by the document grid, which other programs than Word lay out otherwise:
exact line pitch, and characters set closer so that 28 of them fill the line.
"""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from duban.papers.layout import faces
from duban.papers.layout.content import Annex, Content, Table, Text, chinese_day
from duban.papers.layout.profiles import STANDARD, Profile

RED = RGBColor(0xC8, 0x10, 0x2E)
RED_HEAD_SIZE = 36
LANDSCAPE = (420, 297)
LANDSCAPE_MARGIN = 20
_LEVELS = (faces.BODY, faces.BOLD, faces.KAI, faces.BODY, faces.BODY)
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def word_of(*, content: Content, profile: Profile = STANDARD) -> bytes:
    """Return the paper as .docx, with the faces that the standard names; Word says itself which it replaces."""
    writer = _Writer(profile, is_landscape=content.is_landscape)
    writer.head(content)
    writer.blocks(content.blocks)
    writer.annex_list(content.annexes)
    writer.signature(content)
    for number, annex in enumerate(content.annexes, start=1):
        writer.annex(annex, mark="附件" if len(content.annexes) == 1 else f"附件{number}")
    writer.imprint(content)
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


class _Writer:
    def __init__(self, profile: Profile, *, is_landscape: bool) -> None:
        self.profile = profile
        self.document: Any = Document()
        properties = self.document.core_properties
        properties.author = properties.comments = ""
        normal = self.document.styles["Normal"]
        normal.font.size = Pt(profile.size)
        _name_face(normal.element.get_or_add_rPr(), faces.BODY)
        self.document.settings.odd_and_even_pages_header_footer = True
        self._page(self.document.sections[0], is_landscape=is_landscape)

    def head(self, content: Content) -> None:
        if content.red_head:
            # Its upper edge stands 35 mm below the area's.
            size = min(RED_HEAD_SIZE, self.profile.width * 72 / 25.4 / len(content.red_head) - 1)
            first = self._line(content.urgency, face=faces.BOLD, before=0)
            first.paragraph_format.space_after = Pt(35 * 72 / 25.4 - self.profile.pitch)
            self._line(content.red_head, face=faces.TITLE, size=size, align=_CENTRE, colour=RED, exact=False)
            self._blank(2)
            self._numbers(content)
            rule = self._line("", size=1, pitch=4 * 72 / 25.4)
            _border(rule, colour="C8102E", eighths=11)
            self._blank(2)
        else:
            if content.urgency:
                self._line(content.urgency, face=faces.BOLD)
            if content.number:
                self._line(content.number, align=_RIGHT)
        self._title(content.title)
        self._blank()
        if content.addressees:
            self._line(f"{content.addressees}：")

    def blocks(self, blocks: Sequence[Text | Table]) -> None:
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._line(block.text, face=_LEVELS[block.level], indented=2)

    def annex_list(self, annexes: Sequence[Annex]) -> None:
        if not annexes:
            return
        self._blank()
        for number, annex in enumerate(annexes, start=1):
            mark = "" if len(annexes) == 1 else f"{number}."
            self._line(f"{'附件：' if number == 1 else '　　　'}{mark}{annex.title}", indented=2)

    def signature(self, content: Content) -> None:
        if content.issuer or content.issued_on:
            self._blank()
            for words in (content.issuer, chinese_day(content.issued_on)):
                if words:
                    self._line(words, align=_RIGHT, from_right=2)
        if content.note:
            self._line(f"（{content.note}）", indented=2)
        if content.is_draft:
            self._line("（送审稿，未编号）", face=faces.KAI, size=self.profile.small, align=_RIGHT, from_right=2)

    def annex(self, annex: Annex, *, mark: str) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        self._page(section, is_landscape=annex.is_landscape)
        self._line(mark, face=faces.BOLD)
        self._blank()
        self._title(annex.title)
        self._blank()
        self.blocks(annex.blocks)

    def imprint(self, content: Content) -> None:
        rows = []
        if content.copies_to:
            rows.append((f"抄送：{content.copies_to}。", ""))
        if content.printed_by:
            rows.append((content.printed_by, f"{chinese_day(content.issued_on)} 印发"))
        if not rows:
            return
        if content.annexes and content.annexes[-1].is_landscape:
            self._page(self.document.add_section(WD_SECTION.NEW_PAGE))
        width = self.profile.width
        table = self.document.add_table(rows=len(rows), cols=2)
        table.autofit = False
        for row, (left, right) in zip(table.rows, rows, strict=True):
            cells = [row.cells[0].merge(row.cells[1])] if not right else list(row.cells)
            for cell, words, wide in zip(cells, (left, right), (width * 0.6, width * 0.4), strict=False):
                cell.width = Mm(wide if right else width)
                paragraph = cell.paragraphs[0]
                paragraph.alignment = _RIGHT if words == right else None
                _run(paragraph, words, face=faces.BODY, size=self.profile.small)
        _imprint_borders(table)
        _to_the_foot(table)
        # A table that floats needs something to hang on.
        self._line("", size=1, pitch=1)

    def _numbers(self, content: Content) -> None:
        if not content.signed_off_by:
            self._line(content.number, align=_CENTRE)
            return
        paragraph = self._line(content.number, indented=1)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self.profile.width) - Pt(self.profile.size), 2)
        _run(paragraph, "\t签发人：", face=faces.BODY, size=self.profile.size)
        _run(paragraph, content.signed_off_by, face=faces.KAI, size=self.profile.size)

    def _title(self, words: str) -> None:
        self._line(words, face=faces.TITLE, size=self.profile.title_size, align=_CENTRE, pitch=32, closer=0)

    def _blank(self, count: int = 1) -> None:
        for _number in range(count):
            self._line("")

    def _line(
        self,
        words: str,
        *,
        face: faces.Face = faces.BODY,
        size: float | None = None,
        align: Any = None,
        indented: int = 0,
        from_right: int = 0,
        colour: RGBColor | None = None,
        pitch: float | None = None,
        closer: float | None = None,
        exact: bool = True,
        before: float = 0,
    ) -> Any:
        size = size or self.profile.size
        paragraph = self.document.add_paragraph()
        layout = paragraph.paragraph_format
        layout.space_before, layout.space_after = Pt(before), Pt(0)
        if exact:
            layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
            layout.line_spacing = Pt(pitch or self.profile.pitch)
        layout.widow_control = False
        paragraph.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
        if indented or from_right:
            _indent(paragraph, first=indented, right=from_right, width=size - self.profile.closer)
        run = _run(paragraph, words, face=face, size=size)
        if colour is not None:
            run.font.color.rgb = colour
        _closer(run, self.profile.closer if closer is None else closer)
        return paragraph

    def _table(self, given: Table) -> None:
        if given.caption:
            self._line(given.caption, face=faces.BOLD, size=self.profile.small, align=_CENTRE)
        section = self.document.sections[-1]
        width = (section.page_width - section.left_margin - section.right_margin) / Mm(1)
        table = self.document.add_table(rows=1, cols=len(given.titles))
        table.style = self.document.styles["Table Grid"]
        table.autofit = False
        whole = sum(given.widths) or 1
        widths = [Mm(width * wide / whole) for wide in given.widths]
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = wide
        for cell, title in zip(table.rows[0].cells, given.titles, strict=True):
            cell.paragraphs[0].alignment = _CENTRE
            _run(cell.paragraphs[0], title, face=faces.BOLD, size=10.5)
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - the library cannot
        for values in given.rows:
            for cell, wide, words in zip(table.add_row().cells, widths, values, strict=True):
                cell.width = wide
                _run(cell.paragraphs[0], words, face=faces.BODY, size=10.5)

    def _page(self, section: Any, *, is_landscape: bool = False) -> None:
        profile = self.profile
        if is_landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = (Mm(size) for size in LANDSCAPE)
            margins: tuple[float, ...] = (LANDSCAPE_MARGIN,) * 4
        else:
            section.orientation = WD_ORIENT.PORTRAIT
            section.page_width, section.page_height = Mm(210), Mm(297)
            margins = (profile.top, profile.bottom, profile.left, profile.right)
        section.top_margin, section.bottom_margin = Mm(margins[0]), Mm(margins[1])
        section.left_margin, section.right_margin = Mm(margins[2]), Mm(margins[3])
        # 7 mm below the area.
        section.footer_distance = Mm(max(margins[1] - 7 - profile.small * 25.4 / 72, 5))
        section.header_distance = Mm(10)
        for footer, align in ((section.footer, _RIGHT), (section.even_page_footer, None)):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = align
            _indent(
                paragraph, first=0 if align is _RIGHT else 1, right=1 if align is _RIGHT else 0, width=profile.small
            )
            _run(paragraph, "— ", face=faces.SONG, size=profile.small)
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            number = _run(paragraph, "1", face=faces.SONG, size=profile.small)
            field.append(number._r)  # noqa: SLF001 - the library has no fields
            paragraph._p.append(field)  # noqa: SLF001
            _run(paragraph, " —", face=faces.SONG, size=profile.small)


def _run(paragraph: Any, words: str, *, face: faces.Face, size: float) -> Any:
    run = paragraph.add_run("".join(sign for sign in words if sign.isprintable() or sign in "\t\n"))
    run.font.size = Pt(size)
    _name_face(run._r.get_or_add_rPr(), face)  # noqa: SLF001 - the library sets two of the four faces
    return run


def _name_face(run_properties: Any, face: faces.Face) -> None:
    """Name the face for all four scripts; with one missing, Word takes the face of the theme for it."""
    fonts = run_properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), face.wanted)


def _closer(run: Any, points: float) -> None:
    if points:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(-round(points * 20)))
        run._r.get_or_add_rPr().append(spacing)  # noqa: SLF001 - the library has no letter spacing


def _indent(paragraph: Any, *, first: int, right: int, width: float) -> None:
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - indents in characters are not in the library
    indent = OxmlElement("w:ind")
    for name, characters in (("firstLine", first), ("right", right)):
        if characters:
            indent.set(qn(f"w:{name}Chars"), str(characters * 100))
            indent.set(qn(f"w:{name}"), str(round(characters * width * 20)))
    properties.append(indent)


def _border(paragraph: Any, *, colour: str, eighths: int) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert(0, borders)  # noqa: SLF001 - the library has no borders


def _imprint_borders(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    # 0.35 mm outside, 0.25 mm between, in eighths of a point.
    for name, eighths in (("top", 8), ("bottom", 8), ("insideH", 6)):
        edge = OxmlElement(f"w:{name}")
        for key, value in (("val", "single"), ("sz", str(eighths)), ("space", "0"), ("color", "000000")):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    table._tbl.tblPr.append(borders)  # noqa: SLF001


def _to_the_foot(table: Any) -> None:
    place = OxmlElement("w:tblpPr")
    for name, value in (
        ("vertAnchor", "margin"),
        ("horzAnchor", "margin"),
        ("tblpXSpec", "left"),
        ("tblpYSpec", "bottom"),
    ):
        place.set(qn(f"w:{name}"), value)
    table._tbl.tblPr.insert(0, place)  # noqa: SLF001 - the library has no floating tables

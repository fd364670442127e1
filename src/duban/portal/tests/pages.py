"""Reading back what pages and files show, so that the two can be compared."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
from django.test import Client


class TableParser(HTMLParser):
    """The rows of the first table: cells as text, with the addresses of their links; its caption."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[list[str]] = []
        self.classes: list[str] = []
        self.caption = ""
        self._cell: list[str] | None = None
        self._caption = False
        self._tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._tables += 1
        if self._tables != 1:
            return
        if tag == "caption":
            self._caption = True
        elif tag == "tr":
            self.rows.append([])
            self.links.append([])
            self.classes.append(given.get("class") or "")
        elif tag in {"td", "th"}:
            self._cell = []
            self.links[-1].append("")
        elif tag == "a" and self._cell is not None:
            self.links[-1][-1] = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._caption = False
        elif tag in {"td", "th"} and self._cell is not None:
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "table":
            self._tables += 1

    def handle_data(self, data: str) -> None:
        if self._caption:
            self.caption += data
        elif self._cell is not None:
            self._cell.append(data)


def page_of(client: Client, address: str, **given: Any) -> str:
    response = client.get(address, given)
    assert response.status_code == 200, (response.status_code, response.content.decode()[-1500:])
    return response.content.decode()


def table_of(page: str) -> TableParser:
    parser = TableParser()
    parser.feed(page)
    return parser


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def sheet_of(client: Client, address: str) -> list[list[str]]:
    """Every row of the sheet as text, heading lines included."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    sheet = openpyxl.load_workbook(io.BytesIO(content_of(response))).worksheets[0]
    return [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def word_of(client: Client, address: str) -> tuple[list[str], list[list[str]]]:
    """The paragraphs and the rows of the first table of a .docx."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    document = docx.Document(io.BytesIO(content_of(response)))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    return [paragraph.text for paragraph in document.paragraphs], rows


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if hasattr(value, "date") else str(value)


def number_in(text: str) -> str:
    found = re.search(r"\d+", text)
    return found.group() if found else ""

"""A visitor without a browser: opens pages, fills in the forms that stand on them, and reads their tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


@dataclass
class Form:
    """A posting form as it stands on a page, with what it would send if nobody typed anything."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


class _Reading(HTMLParser):
    """Forms, links, tables and visible text of one page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        # Address and words of each link.
        self.links: list[tuple[str, list[str]]] = []
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._writing: tuple[str, list[str]] | None = None
        self._choosing: str = ""
        self._in_cell = self._in_link = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self.links.append((given["href"], []))
            self._in_link = True
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._in_cell = True
        elif tag == "form" and given.get("method") == "post":
            self._form = Form(action=given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, given, self._form)

    def _field(self, tag: str, given: Mapping[str, str], form: Form) -> None:
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") == "file":
                form.files.add(name)
            elif given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                form.fields[name] = given.get("value", "")
        elif tag == "textarea" and name:
            self._writing = (name, [])
        elif tag == "select" and name:
            self._choosing = name
        elif tag == "option" and self._choosing and ("selected" in given or self._choosing not in form.fields):
            form.fields[self._choosing] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        elif tag == "a":
            self._in_link = False
        elif tag == "textarea" and self._writing is not None and self._form is not None:
            self._form.fields[self._writing[0]] = "".join(self._writing[1]).removeprefix("\n")
            self._writing = None
        elif tag == "select":
            self._choosing = ""
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._writing is not None:
            self._writing[1].append(data)
        if self._in_link:
            self.links[-1][1].append(data)
        if self._in_cell:
            self.rows[-1][-1] += data
        self.text.append(data)


def _tidy(cells: list[str]) -> list[str]:
    return [re.sub(r"\s+", " ", cell).strip() for cell in cells]


class Page:
    """What a visitor has before them."""

    def __init__(self, *, visitor: "Visitor", response: Any, path: str) -> None:
        self.status: int = response.status_code
        self.path = path
        self.content = b"".join(response) if response.streaming else response.content
        self._visitor = visitor
        self._reading = _Reading()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self._reading.feed(self.content.decode())

    @property
    def text(self) -> str:
        """All words of the page, runs of blanks as one."""
        return re.sub(r"\s+", " ", " ".join(self._reading.text))

    @property
    def links(self) -> list[str]:
        """Where the page leads, in the order of the page."""
        return [address for address, _words in self._reading.links]

    def links_to(self, pattern: str) -> list[str]:
        """Return the addresses on the page that match a regular expression as a whole, each once."""
        return list(dict.fromkeys(link for link in self.links if re.fullmatch(pattern, link)))

    def behind(self, pattern: str) -> str:
        """Return the words of the link whose address matches a regular expression as a whole."""
        return next("".join(words) for address, words in self._reading.links if re.fullmatch(pattern, address))

    def form(self, action: str) -> Form | None:
        """Return the form that posts to an address matching a regular expression as a whole."""
        return next((form for form in self._reading.forms if re.fullmatch(action, form.action)), None)

    def row(self, first: str) -> list[str]:
        """Return the cells of the table row whose first cell holds these words."""
        found = [row for row in self._reading.rows if row and first in row[0]]
        assert found, f"no row “{first}” on {self.path}"
        return _tidy(found[0])

    @property
    def last_row(self) -> list[str]:
        """The cells of the last table row, where a table has its sums."""
        return _tidy(self._reading.rows[-1])

    def submit(self, action: str, *, files: Sequence[tuple[str, bytes]] = (), **fields: str) -> "Page":
        """Fill in the form that posts to `action` and send it, as a browser would; answers with the page after it."""
        form = self.form(action)
        assert form is not None, f"no form {action} on {self.path}: {[form.action for form in self._reading.forms]}"
        data: dict[str, Any] = {**form.fields, **fields}
        if files:
            (name,) = form.files
            data[name] = [SimpleUploadedFile(file_name, content) for file_name, content in files]
        return self._visitor.post(form.action or self.path, data)


class Visitor:
    """Somebody who signs in by name and password and goes through pages."""

    def __init__(self, *, name: str, password: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        page = self.open("/sign-in/").submit("/sign-in/", sign_in_name=name, password=password)
        assert page.form("/sign-out/") is not None, f"{name} could not sign in"

    def open(self, path: str, *, expected: int = 200) -> Page:
        """Open an address, following where it leads."""
        response = self.client.get(path, follow=True)
        return self._page(response, path, expected)

    def post(self, path: str, data: Mapping[str, Any], *, expected: int = 200) -> Page:
        """Send a form and follow where the answer leads."""
        return self._page(self.client.post(path, data, follow=True), path, expected)

    def _page(self, response: Any, path: str, expected: int) -> Page:
        last = response.redirect_chain[-1][0] if response.redirect_chain else path
        page = Page(visitor=self, response=response, path=last.partition("#")[0])
        assert page.status == expected, f"{last} answered {page.status}: {page.text[:500]}"
        return page

"""
The translations, without the gettext programs: `python -m duban.config.messages compile | extract | check`.

Each package has its own catalogue, `locale/zh_Hans/LC_MESSAGES/django.po`, with exactly the sentences that it uses.
Compiled catalogues are made at install time and not kept. Needs no settings and no database.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
# The way from a package to its catalogue.
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    name + suffix: places
    for name, places in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for suffix in ("", "_lazy")
} | {"_": None, "gettext_noop": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TEMPLATES = {".html", ".txt", ".xml"}

# No dates and no names: they would change the file without changing a word.
HEAD = f"""msgid ""
msgstr ""
"Language: {LANGUAGE}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

# Context and sentence; a sentence with a plural counts as its singular.
Key = tuple[str | None, str]


@dataclass
class Used:
    """One sentence as the sources use it."""

    message: str | tuple[str, str]
    places: list[str] = field(default_factory=list)


def packages(*, source: Path = SOURCE) -> list[Path]:
    """Return the folders that may have a catalogue, in alphabetical order."""
    return sorted(folder for folder in source.iterdir() if (folder / "__init__.py").exists())


def used_in(*, package: Path) -> dict[Key, Used]:
    """Return every sentence that the Python files and templates of a package mark for translation."""
    used: dict[Key, Used] = {}
    for file in _sources(package):
        for line, message, context in _marked(file):
            singular = message if isinstance(message, str) else message[0]
            found = used.setdefault((context, singular), Used(message))
            if not isinstance(message, str):
                found.message = message
            found.places.append(f"{file.relative_to(package.parent)}:{line}")
    return used


def extract(*, source: Path = SOURCE) -> list[Path]:
    """Bring each catalogue to the sentences in use, keeping translations; return the files that changed."""
    changed = []
    for package in packages(source=source):
        used = used_in(package=package)
        file = package / CATALOGUE
        if not used and not file.exists():
            continue
        known = _known(file)
        catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
        for (context, singular), sentence in used.items():
            kept = known.get((context, singular))
            translation = kept.string if kept is not None and not kept.fuzzy else ""
            catalogue.add(sentence.message, string=translation, context=context, flags=_flags(singular))
        written = BytesIO()
        written.write(HEAD.encode())
        write_po(written, catalogue, width=0, no_location=True, omit_header=True)
        text = written.getvalue().rstrip() + b"\n"
        if not file.exists() or file.read_bytes() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
            changed.append(file)
    return changed


def compile_all(*, source: Path = SOURCE) -> int:
    """Compile the catalogues that changed since and return how many."""
    compiled = 0
    for package in packages(source=source):
        file = package / CATALOGUE
        target = file.with_suffix(".mo")
        if not file.exists() or (target.exists() and target.stat().st_mtime_ns >= file.stat().st_mtime_ns):
            continue
        with file.open("rb") as text:
            catalogue = read_po(text, locale=LANGUAGE)
        unfinished = target.with_suffix(".mo.new")
        with unfinished.open("wb") as binary:
            write_mo(binary, catalogue)
        # In one step: a running program may be reading it.
        unfinished.replace(target)
        compiled += 1
    return compiled


def check(*, source: Path = SOURCE) -> list[str]:
    """Return one sentence for each fault: missing, empty, fuzzy, obsolete, contradicting, placeholders that differ."""
    faults: list[str] = []
    said: dict[Key, tuple[str, str]] = {}
    for package in packages(source=source):
        used = used_in(package=package)
        file = package / CATALOGUE
        known = _known(file)
        for key, sentence in used.items():
            if key not in known:
                faults.append(f"{sentence.places[0]}: {key[1]!r} is missing from the catalogue of {package.name}.")
        for key, message in known.items():
            faults += [f"{package.name}: {key[1]!r} {fault}." for fault in _faults_of(message, key, used)]
            text = str(message.string)
            # Django merges all catalogues into one: the first would silently win.
            elsewhere = said.setdefault(key, (package.name, text))
            if elsewhere[1] != text:
                faults.append(f"{key[1]!r} is {elsewhere[1]!r} in {elsewhere[0]} and {text!r} in {package.name}.")
        if file.exists() and b"\n#~" in file.read_bytes():
            faults.append(f"{package.name}: the catalogue keeps obsolete sentences (#~).")
    return faults


def _faults_of(message: Message, key: Key, used: dict[Key, Used]) -> Iterator[str]:
    texts = [message.string] if message.string is None or isinstance(message.string, str) else list(message.string)
    if key not in used:
        yield "is in the catalogue but not in use"
    if message.fuzzy:
        yield "is marked fuzzy"
    written = [text for text in texts if text]
    if len(written) < len(texts):
        yield "has no translation"
        return
    longest = message.id if isinstance(message.id, str) else message.id[-1]
    expected = set(PLACEHOLDER.findall(longest))
    if any(set(PLACEHOLDER.findall(text)) != expected for text in written):
        yield "has other placeholders than its translation"


def _sources(package: Path) -> Iterator[Path]:
    for file in sorted(package.rglob("*")):
        folders = file.relative_to(package).parts
        if "tests" in folders or "migrations" in folders or "static" in folders:
            continue
        if file.suffix == ".py" or (file.suffix in TEMPLATES and "templates" in folders):
            yield file


def _marked(file: Path) -> Iterator[tuple[int, str | tuple[str, str], str | None]]:
    text = file.read_text(encoding="utf-8")
    if file.suffix in TEMPLATES:
        # Indentation means nothing in a template, but the Python extractor reads it.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(file)).splitlines())
    found = babel_extract("python", BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, context in found:
        yield line, message if isinstance(message, str) else (message[0], message[1]), context


def _known(file: Path) -> dict[Key, Message]:
    if not file.exists():
        return {}
    with file.open("rb") as text:
        catalogue = read_po(text, locale=LANGUAGE)
    known = {}
    for message in catalogue:
        if message.id:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            known[(message.context, singular)] = message
    return known


def _flags(singular: str) -> set[str]:
    return {"python-format"} if "%(" in singular else set()


def main(arguments: list[str]) -> int:
    """Run one of the three commands; exit status 1 when `check` finds a fault, 2 for another word."""
    match arguments:
        case ["compile"]:
            compile_all()
            return 0
        case ["extract"]:
            for file in extract():
                print(f"Written: {file.relative_to(SOURCE)}")
            return 0
        case ["check"]:
            faults = check()
            for fault in faults:
                print(fault, file=sys.stderr)
            return 1 if faults else 0
        case _:
            print("usage: python -m duban.config.messages compile | extract | check", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

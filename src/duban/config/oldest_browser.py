"""
Refuse style, script and mark-up newer than the oldest browser: `python -m duban.config.oldest_browser`.

Reads the project's static files and templates, and the files of pinned packages that templates name. Newer style is fine
inside `@supports`. A package may also use it where no template names the class that it is for, or where an older
declaration stands beside it; newer script where it asks for it first.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

OLDEST = 90
PROJECT = Path(__file__).resolve().parents[3]
SOURCE = PROJECT / "src" / "duban"

# What is newer, and the first Chromium that knows it.
SELECTORS = {
    r":has\(": 105,
    r":modal\b": 105,
    r":popover-open\b": 114,
    r":user-(?:in)?valid\b": 119,
    r":dir\(": 120,
    r":autofill\b": 110,
    r":open\b": 133,
    r":state\(": 125,
    r":nth-(?:last-)?child\([^)]*\bof\b": 111,
    r"::highlight\(": 105,
    r"::view-transition": 109,
    r"::details-content\b": 131,
    r"(?:^|[\s>+~,])&": 112,
}
AT_RULES = {
    r"@layer\b": 99,
    r"@container\b": 105,
    r"@scope\b": 118,
    r"@starting-style\b": 117,
    r"@counter-style\b": 91,
    r"@view-transition\b": 126,
    r"@position-try\b": 125,
    r"@font-palette-values\b": 101,
    r"@media[^{]*[\d\w)]\s*[<>]=?": 104,
    r"@media[^{]*\bprefers-contrast\b": 96,
    r"@media[^{]*\bprefers-reduced-transparency\b": 118,
    r"@media[^{]*\bscripting\b": 120,
}
PROPERTIES = {
    r"accent-color": 93,
    r"anchor-name|position-anchor|position-area": 125,
    r"animation-(?:composition)": 112,
    r"animation-timeline|(?:scroll|view)-timeline(?:-\w+)?": 115,
    r"container(?:-type|-name)?": 105,
    r"field-sizing": 123,
    r"font-palette": 101,
    r"font-size-adjust": 127,
    r"hyphenate-(?:character|limit-chars)": 106,
    r"initial-letter": 110,
    r"interpolate-size": 129,
    r"mask(?:-(?:image|size|position|repeat|clip|origin|composite|mode))?": 120,
    r"print-color-adjust": 136,
    r"rotate|scale|translate": 104,
    r"scrollbar-(?:color|width)": 121,
    r"scrollbar-gutter": 94,
    r"text-box(?:-trim|-edge)?": 133,
    r"text-emphasis(?:-\w+)?": 99,
    r"text-wrap(?:-style|-mode)?": 114,
    r"transition-behavior": 117,
    r"view-transition-name": 111,
    r"white-space-collapse": 114,
}
VALUES = {
    r"\bcolor-mix\(": 111,
    r"\b(?:ok)?l(?:ab|ch)\(": 111,
    r"\bhwb\(": 101,
    r"(?<![\w-])color\(": 111,
    r"\blight-dark\(": 123,
    r"\b(?:rgb|hsl)a?\(\s*from\b": 119,
    r"(?<![\w-])(?:round|mod|rem)\(": 125,
    r"(?<![\w-])a?(?:sin|cos|tan)2?\(": 111,
    r"(?<![\w-])(?:pow|sqrt|hypot|exp)\(": 120,
    r"(?<![\w-])image-set\(": 113,
    r"(?<![\w-])linear\(": 113,
    r"(?<![\w-])anchor(?:-size)?\(": 125,
    r"\bcalc-size\(": 129,
    r"(?<=\d)[dsl]v(?:h|w|i|b|min|max)\b": 108,
    r"(?<=\d)cq(?:w|h|i|b|min|max)\b": 105,
    r"(?<=\d)r?lh\b": 109,
    r"\bsubgrid\b": 117,
    r"\bauto-phrase\b": 119,
}
SCRIPT = {
    r"\.at\(": 92,
    r"\bstructuredClone\b": 98,
    r"\.findLast(?:Index)?\(": 97,
    r"\bObject\.hasOwn\(": 93,
    r"\.to(?:Sorted|Reversed|Spliced)\(": 110,
    r"\b(?:Object|Map)\.groupBy\(": 117,
    r"\bPromise\.(?:withResolvers|try)\(": 119,
    r"\bArray\.fromAsync\(": 121,
    r"\bAbortSignal\.timeout\(": 103,
    r"\bAbortSignal\.any\(": 116,
    r"\brandomUUID\b": 92,
    r"\bstartViewTransition\b": 111,
    r"\b(?:show|hide|toggle)Popover\b": 114,
    r"\bstatic\s*\{": 94,
    r"#\w+\s+in\b": 91,
    r"\bIntl\.DurationFormat\b": 129,
    r"\bIterator\.from\(": 122,
    r"\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(": 122,
    r"\bURL\.(?:canParse|parse)\(": 120,
    r"\.checkVisibility\(": 105,
    r"\.(?:isWellFormed|toWellFormed)\(": 111,
    r"\bmoveBefore\b": 133,
    r"\bshowPicker\b": 99,
    r"\breportError\(": 95,
    r"\bscrollend\b": 114,
    r"\bnew \w*Error\([^()]*\{\s*cause\b": 93,
    r"\bTemporal\.": 144,
    r"\bwindow\.navigation\b": 102,
    r"\bawait\s+using\b": 134,
}
MARKUP = {
    r"<[^>]*\spopover(?:target)?\b": 114,
    r"<[^>]*\sinert\b": 102,
    r"<search\b": 118,
    r"<[^>]*\scommandfor=": 135,
}
# What packages use without need: the end of the rule, and what an older browser shows instead.
HARMLESS = {
    "selection": "the browser's own colour of selected text",
    "*": "the browser's own colours of the scroll bar",
    ".modal-body": "the browser's own colours of the scroll bar",
    "a:hover:has(.icon)": "a line under a link with a picture",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One use of something newer."""

    line: int
    words: str
    version: int

    def sentence(self, file: str) -> str:
        """Return it as a line for a person."""
        return (
            f"{file}:{self.line}: “{self.words}” needs Chromium {self.version} and pages must work in {OLDEST}: "
            "do without, or put it inside @supports."
        )


@dataclass(frozen=True, slots=True)
class _Declared:
    """A declaration or a prelude of a style sheet, with the preludes around it."""

    line: int
    text: str
    around: tuple[str, ...]
    is_prelude: bool
    # Names of the properties declared before it in the same block.
    before: frozenset[str] = frozenset()


def style_faults(text: str, *, package_without: frozenset[str] | None = None) -> list[Found]:
    """
    Return what is too new in a style sheet.

    `package_without` makes it a package's, and names the classes that our templates use.
    """
    found = []
    for part in _parts(text):
        if any(prelude.startswith("@supports") for prelude in part.around):
            continue
        fault = _style_fault(part)
        if fault is not None and not (package_without is not None and _is_harmless(part, package_without)):
            found.append(fault)
    return found


def script_faults(text: str, *, is_package: bool = False) -> list[Found]:
    """Return what is too new in a script; a package may ask whether the browser knows a name before using it."""
    plain = text if is_package else _without_words(text)
    found = []
    for pattern, version in SCRIPT.items():
        for match in re.finditer(pattern, plain):
            name = re.search(r"\w+", match[0])
            asked = rf"(?:&&|if\s*\(|typeof\s+)\s*[\w.]*\b{name[0]}\b(?!\()" if name else r"(?!)"
            if not (is_package and re.search(asked, plain)):
                found.append(Found(_line_of(plain, match.start()), match[0].strip(), version))
    return sorted(found, key=lambda one: one.line)


def markup_faults(text: str) -> list[Found]:
    """Return what is too new in a template."""
    return [
        Found(_line_of(text, match.start()), match[0][:60], version)
        for pattern, version in MARKUP.items()
        for match in re.finditer(pattern, text)
    ]


def check() -> list[str]:
    """Return one sentence for each use of something that the oldest browser does not know."""
    from django.contrib.staticfiles import finders  # noqa: PLC0415 - needs the settings

    templates = sorted(SOURCE.glob("*/templates/**/*.html"))
    words = frozenset(word for file in templates for word in re.findall(r"[\w-]+", file.read_text()))
    named = {name for file in templates for name in re.findall(r"""{%\s*static\s+["']([^"']+)["']""", file.read_text())}
    loaded = {Path(str(place)) for name in named if (place := finders.find(name))}
    sentences = []
    for file in sorted({*SOURCE.glob("*/static/**/*"), *loaded, *templates}):
        is_package = not file.is_relative_to(SOURCE)
        shown = str(file.relative_to(PROJECT))
        match file.suffix:
            case ".css":
                found = style_faults(file.read_text(), package_without=words if is_package else None)
            case ".js":
                found = script_faults(file.read_text(), is_package=is_package)
            case ".html":
                found = markup_faults(file.read_text())
            case _:
                continue
        sentences += [one.sentence(shown) for one in found]
    return sentences


def _style_fault(part: _Declared) -> Found | None:
    if part.is_prelude:
        if not part.text.startswith("@"):
            # Inside a key frame the preludes are percentages, never a rule within a rule.
            if any(not prelude.startswith("@") for prelude in part.around):
                return Found(part.line, part.text[:60], 112)
            return _first(SELECTORS, part.text, part.line)
        if any(not prelude.startswith("@") for prelude in part.around):
            return Found(part.line, part.text[:60], 112)
        return _first(AT_RULES, part.text, part.line)
    if part.text.startswith("@"):
        return _first(AT_RULES, part.text, part.line)
    name, _colon, value = part.text.partition(":")
    for pattern, version in PROPERTIES.items():
        if re.fullmatch(pattern, name.strip()):
            return Found(part.line, name.strip(), version)
    return _first(VALUES, value, part.line)


def _first(table: dict[str, int], text: str, line: int) -> Found | None:
    for pattern, version in table.items():
        match = re.search(pattern, text)
        if match:
            return Found(line, match[0].strip(), version)
    return None


def _is_harmless(part: _Declared, words: frozenset[str]) -> bool:
    name = part.text.partition(":")[0].strip()
    if not part.is_prelude and {name, f"-webkit-{name}"} & part.before:
        return True
    rule = part.text if part.is_prelude else next((one for one in part.around if not one.startswith("@")), "")
    if any(rule.endswith(harmless) for harmless in HARMLESS):
        return True
    # Every selector of the rule needs a class that no template names.
    selectors = rule.split(",")
    return all(set(re.findall(r"\.([\w-]+)", selector)) - words for selector in selectors)


def _parts(text: str) -> Iterator[_Declared]:
    """Yield preludes and declarations of a style sheet; comments and the words in quotation marks are left out."""
    plain = re.sub(
        r"/\*.*?\*/|url\((?:\"[^\"]*\"|'[^']*'|[^)]*)\)|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'",
        lambda match: "\n" * match[0].count("\n") + ('""' if match[0][0] != "/" else ""),
        text,
        flags=re.DOTALL,
    )
    around: list[str] = []
    declared: list[set[str]] = [set()]
    for match in re.finditer(r"([^{};]*)([{};]|$)", plain):
        words = " ".join(match[1].split())
        line = _line_of(plain, match.start() + len(match[1]) - len(match[1].lstrip()))
        if match[2] == "{":
            yield _Declared(line, words, tuple(around), is_prelude=True)
            around.append(words)
            declared.append(set())
            continue
        if words:
            yield _Declared(line, words, tuple(around), is_prelude=False, before=frozenset(declared[-1]))
            declared[-1].add(words.partition(":")[0].strip())
        if match[2] == "}" and around:
            around.pop()
            declared.pop()


def _without_words(text: str) -> str:
    """Return a script without comments and without what stands in quotation marks."""
    return re.sub(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
        lambda match: "\n" * match[0].count("\n") + ('""' if match[0][0] != "/" else ""),
        text,
        flags=re.DOTALL,
    )


def _line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def main() -> int:
    """Print every fault; exit status 1 where there is one."""
    django.setup()
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
    sys.exit(main())

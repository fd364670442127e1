"""What can be set, granted, moved along and asked for is documented, and the documents say what the code does."""

import ast
import importlib
import inspect
import re
from collections import Counter

import grimp
import pytest
from django.apps import apps
from django.db import models

from duban.config import reference
from duban.config.roles import ROLES
from tests.layout import PROJECT, SOURCE, order, our_files, parsed, shown

REFERENCE = PROJECT / "docs" / "reference"
REQUIREMENTS = REFERENCE / "requirements.md"

# The rows in scope so far: documents, organisation, coordination, confidentiality.
IN_SCOPE = sorted(
    set(range(687, 728))
    | set(range(1, 31)) - {1, 3, 4, 9, 13, 14, 16, 19}
    | {635, 640, 643, 728, 734}
    # The burden ledger.
    | {568, 575, 580, 581, 582, 583}
    # Told to the unit itself and its contact.
    | {589}
    # What an office sees.
    | {627, 629, 633, 636, 637, 638, 639, 642, *range(644, 656), 657, 658, 659, 660, 661}
)
REQUIREMENT_ROW = re.compile(r"^\| (R-\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", sorted(reference.PAGE))
def test_a_reference_page_says_what_the_code_does(page: str) -> None:
    assert (REFERENCE / page).read_text() == reference.PAGE[page](), "run `python -m duban.config.reference write`"


def test_every_setting_is_documented() -> None:
    assert reference.settings_read() == set(reference.SETTINGS)


def test_every_role_is_in_the_glossary() -> None:
    glossary = (PROJECT / "GLOSSARY.md").read_text()
    assert [role for role in ROLES if f"| {role} |" not in glossary] == []


def test_every_flow_is_documented() -> None:
    page = (REFERENCE / "flows.md").read_text()
    named = [name for _module, name, _flow in reference.flows()]
    assert named
    assert [name for name in named if f"`{name}`" not in page] == []


@pytest.mark.parametrize("module", order())
def test_a_module_says_what_it_owns_and_uses(module: str) -> None:
    if module == "config":
        # It puts everything together, so its list would be the list of all modules.
        return
    text = inspect.getdoc(importlib.import_module(f"duban.{module}")) or ""
    assert text.split("\n")[0], f"{module}/__init__.py needs its one sentence"
    assert _named(text, "Uses:") == _used_by(module), "the import graph and the foreign keys say otherwise"
    owned = {model.__name__ for model in apps.get_models() if model.__module__ == f"duban.{module}.models"}
    words = {word.strip("().") for word in re.split(r"[,\s]+", text[text.find("Owns:") :])}
    assert owned <= words, f"Owns: leaves out {owned - words}"


def test_every_requirement_in_scope_has_its_line() -> None:
    ids = [row[0] for row in REQUIREMENT_ROW.findall(REQUIREMENTS.read_text())]
    assert ids == [f"R-{number:03}" for number in IN_SCOPE]


def test_every_requirement_names_tests_that_exist() -> None:
    """A line without a test says in words where the requirement is met, or that it is not met."""
    existing = {
        node.name
        for path in our_files(".py")
        if "tests" in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    missing = [
        f"{row_id}: {name}"
        for row_id, _summary, _where, shown_by in REQUIREMENT_ROW.findall(REQUIREMENTS.read_text())
        for name in re.findall(r"`(test_\w+)`", shown_by)
        if name not in existing
    ]
    assert not missing, "\n".join(missing)
    silent = [
        row_id
        for row_id, _summary, where, shown_by in REQUIREMENT_ROW.findall(REQUIREMENTS.read_text())
        if "`test_" not in shown_by and not where.startswith("Not met") and len(shown_by.split()) < 3
    ]
    assert silent == []


def test_every_place_that_a_requirement_names_exists() -> None:
    missing = [
        f"{row_id}: {named}"
        for row_id, _summary, where, _shown_by in REQUIREMENT_ROW.findall(REQUIREMENTS.read_text())
        for named in re.findall(r"`([a-z_]+(?:\.[a-zA-Z_]+)+)`", where)
        if not _exists(named)
    ]
    assert not missing, "\n".join(missing)


def test_every_link_in_a_document_leads_somewhere() -> None:
    broken = []
    for path in our_files(".md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" in target or target.startswith("mailto:"):
                continue
            if target.startswith("docs/images/") or "/images/" in target:
                # Taken by `make docs`, and kept.
                continue
            if not (path.parent / target).exists():
                broken.append(f"{shown(path)}: {target}")
    assert not broken, "\n".join(broken)


def test_every_decision_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    names = [path.name for path in sorted(folder.glob("0*.md"))]
    assert [name for name in names if name not in listed] == []
    assert [number for number, count in Counter(name[:4] for name in names).items() if count > 1] == []


def _named(text: str, word: str) -> set[str]:
    found = re.search(rf"{word}(.*?)(?:\n[A-Z]\w+:|\Z)", text, re.DOTALL)
    assert found, f"there is no line {word}"
    words = {name.strip().rstrip(".") for name in found[1].replace("\n", " ").split(",")}
    return words & set(order())


_graph: list[grimp.ImportGraph] = []


def _used_by(module: str) -> set[str]:
    """Return the modules that a module imports outside its tests, or points at by a foreign key."""
    if not _graph:
        _graph.append(grimp.build_graph("duban"))
    graph = _graph[0]
    package = f"duban.{module}"
    used = {
        imported.split(".")[1]
        for importer in {package, *graph.find_descendants(package)}
        if ".tests" not in importer
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.startswith("duban.")
    }
    for model in apps.get_models():
        if not model.__module__.startswith(f"{package}."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, models.ForeignKey) else None
            if target is not None and not isinstance(target, str) and target.__module__.startswith("duban."):
                used.add(target.__module__.split(".")[1])
    return used - {module}


def _exists(named: str) -> bool:
    """Return whether "module.file.function" or "module.file" is there."""
    parts = named.split(".")
    if parts[0] not in order():
        return False
    for length in range(len(parts), 0, -1):
        path = SOURCE.joinpath(*parts[:length])
        if path.is_dir() or path.with_suffix(".py").is_file():
            break
    else:
        return False
    rest = parts[length:]
    if not rest:
        return True
    thing: object = importlib.import_module(".".join(["duban", *parts[:length]]))
    for name in rest:
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True

"""Shape rules that no linter knows."""

import ast
import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from duban.config.tables import FUNCTIONS, TABLES
from tests.layout import PROJECT, SOURCE, application_code, contract, height, module_of, order, our_files, parsed, shown

OUR_MODELS = [model for model in apps.get_models() if model.__module__.startswith("duban.")]

# Files besides commands that write, and why each may.
WRITERS = {
    "shell/drafts.py": "keeps what was written into a form and not sent yet; called by its own page and the middleware only",
    "shell/posted.py": "keeps the answer of a form, so that sending it twice acts once; called by the middleware only",
    "config/middleware.py": "lets go of a kept answer when the view refused",
    "config/migrating.py": "grants the rights of config/tables.py, as the owner",
    "config/worker.py": "puts back the jobs of a killed worker, in the queue's own table",
}

# Public functions of commands and queries that read no rows and so take no actor, and what they are.
PURE = {
    "access.queries.actor_of": "makes the actor",
    "access.queries.grants_in_force": "a condition on dates, before there is an actor",
    "access.queries.post_title": "words for a post that was read already",
    "attachments.commands.plain_name": "a file name without what a path could hide in it",
    "attachments.queries.place_of": "where the bytes of a file lie that was read already",
    "burden.queries.ledger_columns": "words of the columns",
    "burden.queries.show_choices": "words of the filters",
    "burden.queries.source_of": "how the ledger names a data request that was read already",
    "organisation.queries.in_force": "a condition on dates",
    "organisation.queries.posts_on": "a condition on dates",
    "organisation.queries.scope_filter": "a condition made of an actor's scope",
    "organisation.queries.scoped_units": "a statement made of an actor's scope",
    "portal.queries.status_choices": "words of the statuses",
    "portal.queries.tab_words": "words of the tabs",
    "tasks.queries.needs_date": "a rule about a task that was read already",
    "tasks.queries.ordered": "the order of a query that was narrowed already",
    "tasks.queries.outcomes": "counts of an import that was read already",
    "tasks.queries.status_condition": "a condition on status and dates",
}

ALWAYS_WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES_WITHOUT_ARGUMENTS_IN_PLACE = {"save", "delete", "update"}
WRITING_SQL = re.compile(r"\s*(INSERT\s+INTO|UPDATE\s+\w+|DELETE\s+FROM|COPY\s+\w+|TRUNCATE)\b")

BAD_NAMES = {"core", "base", "common", "utils", "util", "helper", "helpers", "misc", "manager", "handler", "service"}


def test_modules_are_listed_in_one_order_everywhere() -> None:
    listed = [name.removeprefix("duban.") for name in settings.SUBJECTS]
    assert listed == [module for module in order() if module in listed]


def test_foreign_keys_point_downwards() -> None:
    upward = [
        f"{model.__name__}.{field.name} → {target.__name__}"
        for model, field, target in _keys()
        if height(_module(target)) > height(_module(model))
    ]
    assert not upward, "\n".join(upward)


def test_no_row_knows_the_rows_of_a_higher_module() -> None:
    """`unit.task_set` would be a dependency upwards."""
    named = [
        f"{model.__name__}.{field.name}"
        for model, field, target in _keys()
        if _module(target) != _module(model) and not field.remote_field.hidden
    ]
    assert not named, "\n".join(named)


def test_templates_name_only_modules_below() -> None:
    upward = []
    for path in our_files(".html", ".txt", ".xml", below=SOURCE):
        if "templates" not in path.parts:
            continue
        text = path.read_text()
        named = re.findall(r"{%\s*url\s+[\"']([a-z_]+):", text)
        named += re.findall(r"{%\s*(?:extends|include)\s+[\"']([a-z_]+)/", text)
        upward += [
            f"{shown(path)} names {other}"
            for other in named
            if other in order() and height(other) > height(module_of(path))
        ]
    assert not upward, "\n".join(upward)


def test_only_commands_write_to_the_database() -> None:
    writing = [
        place
        for path in application_code()
        if not _holds_commands(path) and str(path.relative_to(SOURCE)) not in WRITERS
        for place in _writes(path)
    ]
    assert not writing, "\n".join(writing)


def test_takes_keywords_only_and_names_its_actor() -> None:
    wrong, met = [], set()
    for name, path, function in _public_functions("commands", "queries"):
        met.add(name)
        if name in PURE:
            continue
        arguments = function.args
        if arguments.posonlyargs or arguments.args or arguments.vararg:
            wrong.append(f"{shown(path, function.lineno)} {name} takes positional arguments")
        if "actor" not in {argument.arg for argument in arguments.kwonlyargs}:
            wrong.append(f"{shown(path, function.lineno)} {name} names no actor")
    assert not wrong, "\n".join(wrong)
    assert set(PURE) <= met, f"no longer there: {set(PURE) - met}"


def test_the_contracts_know_every_entry_point() -> None:
    """A file that answers requests under another name would slip past the contracts."""
    known = {pattern.removeprefix("duban.*.") for pattern in contract("entry-points")["source_modules"]}
    unknown = {
        shown(path)
        for path in application_code()
        if module_of(path) not in {"config", "shell"} and not {path.stem, path.parent.name} & known
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if [argument.arg for argument in node.args.args][:1] == ["request"]
    }
    assert not unknown, "\n".join(sorted(unknown))


def test_commands_are_told_what_time_it_is() -> None:
    """An event entered afterwards keeps the time at which it happened, and tests need no frozen clock."""
    asking = [
        shown(path, node.lineno)
        for path in application_code()
        if _holds_commands(path)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"timezone.now", "datetime.now", "date.today"}
    ]
    assert not asking, "\n".join(asking)


def test_no_file_outgrows_its_reader() -> None:
    long = {
        shown(path): lines
        for path in our_files(".py", ".html", ".css", ".js", ".sql", ".yaml", ".toml", ".sh")
        if (lines := len(path.read_text().splitlines())) > 600
    }
    assert not long, long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [shown(path) for path in our_files(below=SOURCE) if {path.stem, path.parent.name} & BAD_NAMES] == []


def test_no_test_is_skipped() -> None:
    # Spelled apart, or this line would find itself.
    marks = re.compile(r"\b(?:mark\.(?:skip|xfail)|pytest\.(?:skip|importor" + r"skip|xfail))\b")
    skipped = [
        shown(path)
        for path in our_files(".py")
        if "tests" in path.parts and path.name != "test_architecture.py" and marks.search(path.read_text())
    ]
    assert not skipped, "\n".join(skipped)


def test_lock_files_carry_no_addresses() -> None:
    for path in sorted(PROJECT.glob("requirements*.lock")) + sorted((PROJECT / "ops").glob("*.lock")):
        text = path.read_text()
        assert "://" not in text, shown(path)
        assert "index-url" not in text, shown(path)
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    places = re.compile(r"/(?:wor" + r"k/(?:main|shared)|ro" + r"ot/|Us" + r"ers/|ho" + r"me/)")
    named = [
        shown(path, number)
        for path in our_files()
        if path.suffix not in {".png", ".pdf", ".docx", ".xlsx", ".doc", ".wps", ".mo", ".woff2"}
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if places.search(line)
    ]
    assert not named, "\n".join(named)


def test_every_kept_query_count_belongs_to_a_test() -> None:
    left_over = []
    for path in our_files(".json"):
        if path.name != "query_counts.json":
            continue
        for key in json.loads(path.read_text()):
            file_name, test_name = key.split("::")
            file = path.parent / file_name
            if not file.exists() or f"def {test_name.partition('[')[0]}(" not in file.read_text():
                left_over.append(f"{shown(path)}: {key}")
    assert not left_over, "\n".join(left_over)


@pytest.mark.django_db
def test_every_table_has_its_rights_and_no_other() -> None:
    with connection.cursor() as cursor:
        assert set(connection.introspection.table_names(cursor)) == set(TABLES)
        for table, rights in TABLES.items():
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                (has,) = cursor.fetchone()
                assert has == (right in rights), f"{right} on {table}"


@pytest.mark.django_db
def test_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchall() == []
        cursor.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
        for function in FUNCTIONS:
            cursor.execute("SELECT has_function_privilege(%s, 'EXECUTE')", [function])
            assert cursor.fetchone() == (True,), function


def _module(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def _keys() -> list[tuple[type[models.Model], models.ForeignKey[models.Model, models.Model], type[models.Model]]]:
    return [
        (model, field, target)
        for model in OUR_MODELS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        for target in [field.related_model]
        if not isinstance(target, str) and target in OUR_MODELS
    ]


def _holds_commands(path: Path) -> bool:
    return path.stem == "commands" or path.parent.name == "commands"


def _public_functions(*names: str) -> list[tuple[str, Path, ast.FunctionDef]]:
    """Return (module.file.function, path, function); of a package `commands/` what its `__init__` hands out."""
    found = []
    for path in application_code():
        package = path.parent if path.parent.name in names else None
        if path.stem not in names and package is None:
            continue
        handed_out = _handed_out(package) if package else None
        for node in parsed(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if handed_out is None or node.name in handed_out:
                kind = package.name if package else path.stem
                found.append((f"{module_of(path)}.{kind}.{node.name}", path, node))
    return found


def _handed_out(package: Path) -> set[str]:
    """Return what a package's `__init__` imports for others."""
    return {
        alias.asname or alias.name
        for node in parsed(package / "__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _writes(path: Path) -> list[str]:
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING_SQL.match(node.value):
            found.append(f"{shown(path, node.lineno)} writes by SQL")
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method, owner = node.func.attr, ast.unparse(node.func.value)
        on_rows = "objects" in owner or "filter(" in owner or "_set" in owner
        if (
            method in ALWAYS_WRITES
            or (method == "create" and on_rows)
            or (method in WRITES_WITHOUT_ARGUMENTS_IN_PLACE and on_rows)
            or (method == "save" and (not node.args or "update_fields" in ast.unparse(node)))
            or (method == "delete" and not node.args and not node.keywords)
        ):
            found.append(f"{shown(path, node.lineno)} {owner[-30:]}.{method}")
    return found

"""
The reference pages, printed from the code: `python -m duban.config.reference write | check`.

Pages under docs/reference: roles, flows, modules, settings, figures, the REST interface. `check` fails when a page no
longer says what the code does. Needs the settings, but no database.
"""

import importlib
import inspect
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

from duban.kernel.flow import Flow

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = PROJECT / "src" / "duban"
PAGES = PROJECT / "docs" / "reference"
PRINTED = "_Printed from the code by `make docs`; a test compares it. Change the code, not this page._"

# name → (default, meaning). A test compares the names with those that the code reads.
SETTINGS: dict[str, tuple[str, str]] = {
    "PORT": ("8000", "`make run`: the port of the pages, on this machine only"),
    "DUBAN_HOME": ("`build/home`", "folder of everything that is kept: the embedded database, files, secrets, logs"),
    "DUBAN_ENV": ("`trial`", "`trial` (make run), `production` (real work) or `test` (the test suite)"),
    "DATABASE_URL": (
        "the embedded database",
        "`postgresql://…` as the application's role, which owns nothing. PostgreSQL 15 or later",
    ),
    "DATABASE_OWNER_URL": (
        "the embedded database",
        "`postgresql://…` as the owner of the tables: migrations and restore, nothing else",
    ),
    "DUBAN_AS_OWNER": ("off", "`1`: this one command works as the owner; set by `duban migrate` for its own child"),
    "DUBAN_SECRET_KEY_FILE": (
        "`$DUBAN_HOME/secrets/secret_key`",
        "file with the key that signs sessions; in production it must exist",
    ),
    "DUBAN_SECOND_FACTOR": (
        "`required` in production, else `off`",
        "`required`: offices and administrators (roles.SECOND_FACTOR) show a one-time code after the password",
    ),
    "DUBAN_HOSTS": ("`127.0.0.1,localhost`", "names under which the pages may be asked for, separated by commas"),
    "DUBAN_ORIGIN": ("none", "address of the pages as people type it; with `https://` cookies are sent over TLS only"),
    "DUBAN_TRUSTED_PROXIES": (
        "none",
        "servers in front, addresses or networks separated by commas, whose `X-Forwarded-For` tells who asks; see run-it",
    ),
    "DUBAN_DEBUG": ("off", "`1` shows the cause of an error on the page; refused in production"),
    "DUBAN_LOG": ("`INFO`", "how much is written to the log: `DEBUG`, `INFO`, `WARNING`, `ERROR`"),
    "DUBAN_MIN_FREE_MB": (
        "256",
        "megabytes that must be free on every watched disk; below that, writing pauses (暂停受理) and reading goes on",
    ),
    "DUBAN_WATCHED_FOLDERS": (
        "none",
        "further folders to watch, separated by commas, such as the database server's; home, files and `/tmp` always are",
    ),
    "DUBAN_ROBOT_HOSTS": (
        "the hosts of WeCom, DingTalk and Feishu",
        "hosts to which robots of group chats may be sent messages, separated by commas; empty: nothing leaves",
    ),
    "DUBAN_METRICS_PORT": ("off", "port of `/metrics` for Prometheus, on 127.0.0.1 only; 0 turns it off"),
    "DUBAN_CHROMIUM": ("found on the path", "the browser of the browser tests and of the pictures in these pages"),
    "UPDATE_QUERY_COUNTS": ("off", "`1`: a test run writes `query_counts.json` anew instead of comparing"),
}
SETTING = re.compile(r"[\"'](DUBAN_[A-Z_]+|DATABASE_[A-Z_]*URL|PORT|UPDATE_QUERY_COUNTS)[\"']")


def settings_read() -> set[str]:
    """Return the names of the environment variables that the code reads."""
    files = [*SOURCE.rglob("*.py"), *(PROJECT / "ops").rglob("*.py")]
    return {
        name
        for file in files
        if "tests" not in file.parts and file != Path(__file__)
        for name in SETTING.findall(file.read_text())
    }


def flows() -> Iterator[tuple[str, str, Any]]:
    """Yield (module, name, flow) for each flow table of the project, from the highest module to the lowest."""
    for module in modules():
        if not (SOURCE / module / "states.py").exists():
            continue
        states = importlib.import_module(f"duban.{module}.states")
        for name, flow in vars(states).items():
            if isinstance(flow, Flow):
                yield module, name, flow


def modules() -> list[str]:
    """Return the names of all modules, from the highest to the lowest."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "order")
    # Strangers to one another stand on one line.
    return [module for layer in layers for module in layer.split(" | ")]


def roles_page() -> str:
    """Return the page of roles and what each may do."""
    from duban.config.roles import ROLES  # noqa: PLC0415

    capabilities = sorted({str(capability) for held in ROLES.values() for capability in held})
    lines = [
        "# Roles",
        "",
        PRINTED,
        "",
        (
            "A grant gives one account one role over some units (a unit and all below it, one unit, listed units, a lead "
            "department with its line), from a moment until a moment. It takes effect, and ends, with the next request."
        ),
        "",
        "| | " + " | ".join(f"`{capability}`" for capability in capabilities) + " |",
        "|---|" + "---|" * len(capabilities),
    ]
    for role, held in ROLES.items():
        marks = ["●" if capability in {str(own) for own in held} else "" for capability in capabilities]
        lines.append(f"| `{role}` | " + " | ".join(marks) + " |")
    return _page(lines)


def flows_page() -> str:
    """Return the page of all flow tables."""
    lines = ["# Flows", "", PRINTED, "", "One table per status. What is not in a table cannot happen.", ""]
    for module, name, flow in flows():
        lines += [f"## {module}: `{name}`", "", "| step | from | to | needs a reason |", "|---|---|---|---|"]
        lines += [
            f"| {step.name} | {step.source} | {step.target} | {'yes' if step.reason_required else ''} |"
            for step in flow
        ]
        lines += ["", "```mermaid", "stateDiagram-v2"]
        lines += [f"    {step.source} --> {step.target}: {step.name}" for step in flow]
        lines += ["```", ""]
    return _page(lines)


def modules_page() -> str:
    """Return the page of the modules: what each owns and uses."""
    lines = ["# Modules", "", PRINTED, "", "From the highest to the lowest; each may use only those below it.", ""]
    for module in modules():
        text = inspect.getdoc(importlib.import_module(f"duban.{module}")) or ""
        first, *rest = text.split("\n\n", 1)
        lines += [f"## {module}", "", first, ""]
        if rest:
            parts = re.split(r"\n(?=Owns:|Uses:)", rest[0].strip())
            lines += [*("- " + " ".join(part.split()) for part in parts), ""]
    return _page(lines)


def settings_page() -> str:
    """Return the page of the environment variables."""
    lines = ["# Settings", "", PRINTED, "", "All settings are environment variables.", ""]
    lines += ["| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {default} | {meaning} |" for name, (default, meaning) in SETTINGS.items()]
    return _page(lines)


def figures_page() -> str:
    """Return the page of all figures: what each counts."""
    from django.utils.translation import override  # noqa: PLC0415

    from duban.config.figures import FIGURES  # noqa: PLC0415

    lines = [
        "# Figures",
        "",
        PRINTED,
        "",
        (
            "Each figure counts records; each record counts at exactly one unit, so a subtree is a sum. `day.as_of` is the "
            "day for which the figures are true, `day.near_until` the fifth working day after it."
        ),
        "",
    ]
    for table in FIGURES:
        lines += [f"## {table.name}", "", "| figure | on the page | counts | condition |", "|---|---|---|---|"]
        for figure in table.figures:
            with override("en"):
                meaning = str(figure.meaning)
            with override("zh-hans"):
                label = str(figure.label)
            condition = figure.condition.replace("|", "\\|")
            lines.append(f"| {figure.name} | {label} | {meaning} | `{condition}` |")
        lines.append("")
    return _page(lines)


def rest_page() -> str:
    """Return the page of the REST interface."""
    from django.utils.translation import override  # noqa: PLC0415

    from duban.config.api import api  # noqa: PLC0415

    with override("en"):
        schema = api.get_openapi_schema()
    lines = [
        "# REST interface",
        "",
        PRINTED,
        "",
        (
            "The same commands and queries as the pages, under `/api/`, for a session that signed in; the exact shapes are "
            "in `/api/openapi.json`. A refusal is `{message, fields}` with 403, 404, 409, 422 or 429."
        ),
        "",
        "| method | address | what it does |",
        "|---|---|---|",
    ]
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            says = operation.get("description") or operation.get("summary", "")
            says = " ".join(says.split("\n\n")[0].split())
            lines.append(f"| {method.upper()} | `{address}` | {says} |")
    return _page(lines)


PAGE: dict[str, Callable[[], str]] = {
    "roles.md": roles_page,
    "flows.md": flows_page,
    "modules.md": modules_page,
    "settings.md": settings_page,
    "figures.md": figures_page,
    "rest.md": rest_page,
}


def write() -> list[Path]:
    """Write every page and return those that changed."""
    changed = []
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, make in PAGE.items():
        file, text = PAGES / name, make()
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            changed.append(file)
    return changed


def check() -> list[str]:
    """Return one sentence for each page that no longer says what the code does."""
    faults = []
    for name, make in PAGE.items():
        file = PAGES / name
        if not file.exists() or file.read_text() != make():
            faults.append(f"docs/reference/{name} is out of date: run `python -m duban.config.reference write`.")
    return faults


def _page(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Run one of the two commands; exit status 1 when `check` finds a fault, 2 for another word."""
    if arguments not in (["write"], ["check"]):
        print("usage: python -m duban.config.reference write | check", file=sys.stderr)
        return 2
    django.setup()
    if arguments == ["write"]:
        for file in write():
            print(f"Written: {file.relative_to(PROJECT)}")
        return 0
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
    sys.exit(main(sys.argv[1:]))

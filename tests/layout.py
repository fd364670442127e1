"""Where things stand in the repository, for the tests that look at the code itself."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SOURCE = PROJECT / "src" / "duban"
# Made by tools or by a run, never by us.
MADE = {".git", ".venv", "node_modules", "build", "__pycache__", ".hypothesis"}


@cache
def contract(name: str) -> dict[str, list[str]]:
    """Return one of the import contracts by its id."""
    rules = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    return next(each for each in rules["tool"]["importlinter"]["contracts"] if each["id"] == name)


def order() -> tuple[str, ...]:
    """Return the modules from the highest to the lowest, as the import contract lists them."""
    return tuple(module for layer in contract("order")["layers"] for module in layer.split(" | "))


def height(module: str) -> int:
    """Return how high a module stands; a module may know those that stand lower, and strangers stand equally high."""
    layers = contract("order")["layers"]
    return len(layers) - next(number for number, layer in enumerate(layers) if module in layer.split(" | "))


def module_of(path: Path) -> str:
    """Return the module of a file below src/duban."""
    return path.relative_to(SOURCE).parts[0]


def our_files(*suffixes: str, below: Path = PROJECT) -> Iterator[Path]:
    """Yield the files that we wrote, by suffix; without suffixes all of them."""
    for path in sorted(below.rglob("*")):
        parts = path.relative_to(PROJECT).parts
        is_made = bool(MADE & set(parts)) or any(part.endswith(("_cache", ".egg-info")) for part in parts)
        if path.is_file() and not is_made and (not suffixes or path.suffix in suffixes):
            yield path


def application_code() -> Iterator[Path]:
    """Yield the Python files that run in production: no tests, no migrations, no test plumbing."""
    plumbing = {SOURCE / "config" / name for name in ("factories.py", "fixtures.py", "query_counts.py", "testing.py")}
    for path in our_files(".py", below=SOURCE):
        if not {"tests", "migrations"} & set(path.parts) and path not in plumbing:
            yield path


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def shown(path: Path, line: int | None = None) -> str:
    """Return a place as people click on it."""
    place = str(path.relative_to(PROJECT))
    return f"{place}:{line}" if line else place

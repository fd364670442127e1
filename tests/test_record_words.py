"""Whatever the record can hold has a word that people read."""

import ast
from collections.abc import Iterator
from pathlib import Path

from duban.audit.words import KIND_WORDS, VERB_WORDS
from tests.layout import application_code, shown


def test_every_verb_and_every_kind_of_thing_has_a_word() -> None:
    # A verb may be given to a function that puts its subject before it.
    known = {"verb": {*VERB_WORDS, *(verb.partition(".")[2] for verb in VERB_WORDS)}, "object_kind": set(KIND_WORDS)}
    found = [(path, *recorded) for path in application_code() for recorded in _recorded(path)]
    without = [f"{shown(path, line)} {value}" for path, line, name, value in found if value not in known[name]]
    assert not without, "\n".join(without)
    met = {value for _path, _line, _name, value in found}
    assert {"campaign.create", "passing.require", "meeting.note_reference", "pass_down", "paper", "task"} <= met


def _recorded(path: Path) -> Iterator[tuple[int, str, str]]:
    tree = ast.parse(path.read_text())
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            for keyword in call.keywords if isinstance(call, ast.Call) else ():
                if keyword.arg not in {"verb", "object_kind"}:
                    continue
                if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
                    yield keyword.value.lineno, keyword.arg, keyword.value.value
                elif isinstance(keyword.value, ast.JoinedStr):
                    yield from _with_subject(tree, function, keyword.value)


def _with_subject(tree: ast.Module, function: ast.FunctionDef, verb: ast.JoinedStr) -> Iterator[tuple[int, str, str]]:
    """Yield the verbs given to a function of this module that puts their subject before them."""
    subject = verb.values[0]
    if (
        not isinstance(subject, ast.Constant)
        or not isinstance(subject.value, str)
        or not isinstance(verb.values[-1], ast.FormattedValue)
    ):
        return
    name = verb.values[-1].value
    if not isinstance(name, ast.Name):
        return
    place = [argument.arg for argument in function.args.args]
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name:
            given = [keyword.value for keyword in call.keywords if keyword.arg == name.id]
            if name.id in place and place.index(name.id) < len(call.args):
                given.append(call.args[place.index(name.id)])
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.lineno, "verb", f"{subject.value}{value.value}"

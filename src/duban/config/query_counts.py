"""
Golden counts of database queries (a pytest fixture).

    def test_work_list_asks_a_fixed_number_of_questions(client, query_counts):
        with query_counts():
            client.get(...)

The numbers stand in `query_counts.json` beside the test, one line per test, so that a change of one is seen in review.
`UPDATE_QUERY_COUNTS=1` writes them anew. A difference prints every query.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

IS_UPDATE = os.environ.get("UPDATE_QUERY_COUNTS") == "1"
# They mark where a transaction inside the test's own begins and ends; outside a test there are none.
_SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")

QueryCounts = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def query_counts(request: pytest.FixtureRequest) -> QueryCounts:
    """Return a context manager that compares the queries inside it with the kept number."""
    path = request.path.parent / "query_counts.json"
    owner = f"{request.path.name}::{request.node.name}"

    @contextmanager
    def counted(label: str = "") -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        asked = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(_SAVEPOINTS)]
        _compare(path=path, key=f"{owner}[{label}]" if label else owner, asked=asked)

    return counted


def _compare(*, path: Path, key: str, asked: list[str]) -> None:
    if IS_UPDATE:
        _write(path=path, key=key, count=len(asked))
        return
    kept = json.loads(path.read_text()).get(key) if path.exists() else None
    if kept == len(asked):
        return
    lines = "\n".join(f"  {number}. {sql}" for number, sql in enumerate(asked, start=1))
    expected = "no number is kept yet" if kept is None else f"{kept} expected"
    pytest.fail(
        f"{len(asked)} queries, {expected} (UPDATE_QUERY_COUNTS=1 keeps the new number):\n{lines}", pytrace=False
    )


def _write(*, path: Path, key: str, count: int) -> None:
    # Several workers may write the same file.
    with open(path, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        counts = json.loads(file.read() or "{}")
        counts[key] = count
        file.truncate(0)
        file.write(json.dumps(dict(sorted(counts.items())), indent=2, ensure_ascii=False) + "\n")

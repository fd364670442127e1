"""A data folder of an older PostgreSQL: refused with the command that upgrades it, and that command works."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from duban.config import embedded, upgrading
from duban.config.embedded import CannotStart

FAST = {"fsync": "off"}
OLD = 16


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="duban-upgrading-"))
    said: list[str] = []
    old = embedded.start(home=folder, progress=said.append, settings=FAST, version=OLD)
    with psycopg.connect(old.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) AS n")
        connection.execute("GRANT SELECT ON kept TO duban_app")
    old.stop()
    yield folder
    shutil.rmtree(folder)


def test_the_refusal_names_a_command_that_upgrades_and_keeps_the_old_data(home: Path) -> None:
    said: list[str] = []
    with pytest.raises(CannotStart, match=rf"made by PostgreSQL {OLD} and this release brings 18") as refused:
        embedded.start(home=home, progress=said.append)
    setting, *command = str(refused.value).partition("Upgrade it with: ")[2].split()
    assert setting == f"DUBAN_HOME={home}"
    assert command == [sys.executable, "-m", "duban.config.upgrading"]
    done = subprocess.run(
        command, env={**os.environ, "DUBAN_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (home / "postgresql" / f"data-{OLD}" / "PG_VERSION").read_text().strip() == str(OLD)
    new = embedded.start(home=home, progress=said.append, settings=FAST)
    try:
        # With the same password and the same rights as before.
        with psycopg.connect(new.app_url) as connection:
            assert connection.execute("SELECT count(*), sum(n) FROM kept").fetchone() == (1000, 500500)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM kept")
    finally:
        new.stop()


def test_an_upgrade_that_fails_leaves_the_old_data_where_they_were(home: Path) -> None:
    said: list[str] = []
    app_password = home / "secrets" / "duban_app.password"
    text = app_password.read_text()

    def lose_the_password(line: str) -> None:
        if line.startswith("Reading the data"):
            app_password.write_text("'; not a password")

    with pytest.raises(CannotStart):
        upgrading.upgrade(home=home, progress=lose_the_password)
    app_password.write_text(text)
    old = embedded.start(home=home, progress=said.append, settings=FAST, version=OLD)
    with psycopg.connect(old.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    old.stop()


def test_an_upgrade_that_was_killed_is_refused_by_the_start_and_done_again(home: Path) -> None:
    said: list[str] = []
    data = home / "postgresql" / "data"
    # As a kill between the two renames leaves it.
    embedded.upgrade_dump(home=home).write_bytes(b"half a dump")
    data.rename(data.with_name(f"data-{OLD}"))
    with pytest.raises(CannotStart, match=r"was interrupted; nothing is lost\. Run it again"):
        embedded.start(home=home, progress=said.append)
    upgrading.upgrade(home=home, progress=said.append)
    new = embedded.start(home=home, progress=said.append, settings=FAST)
    with psycopg.connect(new.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    new.stop()


def test_there_is_nothing_to_upgrade_where_the_version_is_right(home: Path) -> None:
    said: list[str] = []
    upgrading.upgrade(home=home, progress=said.append)
    with pytest.raises(CannotStart, match="is of PostgreSQL 18 already"):
        upgrading.upgrade(home=home, progress=said.append)

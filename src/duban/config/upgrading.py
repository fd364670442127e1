"""
Bring a data folder of an older PostgreSQL to the version of this release: `python -m duban.config.upgrading`.

Reads DUBAN_HOME. The old data are dumped with their own server, which the wheel still carries, and restored into new
ones; the old folder is kept beside them under its version, and nothing is deleted.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from duban.config import embedded
from duban.config.embedded import CannotStart, Progress


def upgrade(*, home: Path, progress: Progress) -> Path:
    """
    Upgrade the data of a home folder and return the folder in which the old ones are kept.

    :raises CannotStart: if there is nothing to upgrade, the old version's programs are not there, or a step failed; the
        old data then are where they were
    """
    home = home.absolute()
    data, dump = home / "postgresql" / "data", embedded.upgrade_dump(home=home)
    if dump.exists():
        _put_back(data=data)
    marker = data / "PG_VERSION"
    if not marker.exists():
        raise CannotStart(f"{data} holds no PostgreSQL data.")
    found = int(marker.read_text())
    if found == embedded.VERSION:
        dump.unlink(missing_ok=True)
        raise CannotStart(f"{data} is of PostgreSQL {found} already.")
    kept = data.with_name(f"data-{found}")
    if kept.exists():
        raise CannotStart(f"{kept} exists from an earlier upgrade; move it away first.")

    try:
        old = embedded.start(home=home, progress=progress, version=found)
        try:
            progress(f"Reading the data of PostgreSQL {found} …")
            _run("pg_dump", "--format=custom", f"--file={dump}", server=old)
        finally:
            old.stop()
        data.rename(kept)
        new = embedded.start(home=home, progress=progress, version=embedded.VERSION)
        try:
            progress(f"Writing them for PostgreSQL {embedded.VERSION} …")
            _run("pg_restore", "--exit-on-error", "--single-transaction", "--dbname=duban", str(dump), server=new)
            _run("vacuumdb", "--analyze-only", "--quiet", server=new)
        finally:
            new.stop()
    except BaseException:
        _put_back(data=data)
        dump.unlink(missing_ok=True)
        raise
    dump.unlink()
    return kept


def _put_back(*, data: Path) -> None:
    """Undo a half-done upgrade: the half-written new data go aside, the old ones get their place again."""
    marker = data / "PG_VERSION"
    if marker.exists() and marker.read_text().strip() != str(embedded.VERSION):
        # It did not come to the first renaming.
        return
    # The newest: older ones are what earlier upgrades left for the person to remove.
    for kept in sorted(data.parent.glob("data-[0-9][0-9]"))[-1:]:
        if data.exists():
            data.rename(data.with_name(f"data-failed-{time.time_ns()}"))
        kept.rename(data)


def _run(program: str, *arguments: str, server: embedded.Running) -> None:
    parts = urlsplit(server.superuser_url)
    # By the environment: command lines are seen by everybody on the machine.
    given = {
        "PGHOST": str(server.socket),
        "PGPORT": "5432",
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": embedded.DATABASE,
    }
    done = subprocess.run(
        [str(embedded.binaries() / program), *arguments],
        env={**os.environ, **given},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise CannotStart(f"The upgrade stopped at {program} ({last}); the old data are where they were.")


def main() -> int:
    """Upgrade DUBAN_HOME; exit status 1 and one sentence where that is not possible."""
    home = Path(os.environ.get("DUBAN_HOME", Path.cwd() / "build" / "home"))
    try:
        kept = upgrade(home=home, progress=lambda line: print(line, flush=True))
    except CannotStart as refusal:
        sys.stderr.write(f"duban: {refusal}\n")
        return 1
    print(f"Done; the old data are kept in {kept} until you remove them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

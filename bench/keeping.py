"""How long it takes to back the city up, and to restore it into an empty place with every figure compared."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.place import BUILD, Place, named
from duban.config.supervisor import duban_command

RESTORED = "bench_restored"
BACKUP_AIM_SECONDS = 120.0
RESTORE_AIM_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What was measured, in seconds, with the size of the archive in MB and its rows."""

    backup: float
    restore: float
    megabytes: float
    rows: int


def measure_keeping(*, place: Place) -> Kept:
    """Take a backup of the place and restore it beside it, by the command line; both are removed afterwards."""
    archive, home = BUILD / f"{RESTORED}.zip", BUILD / RESTORED
    _remove(place, archive, home)
    try:
        backup = _seconds(place, "backup", str(archive), owner_url=place.owner_url, home=place.home)
        megabytes = archive.stat().st_size / 2**20
        with psycopg.connect(place.owner_url, autocommit=True) as owner:
            owner.execute(f'CREATE DATABASE "{RESTORED}" TEMPLATE template0'.encode())
            row = owner.execute("SELECT rows FROM upkeep_backup ORDER BY id DESC LIMIT 1").fetchone()
        restored = named(place.owner_url, RESTORED)
        restore = _seconds(place, "restore", str(archive), owner_url=restored, home=home)
    finally:
        _remove(place, archive, home)
    return Kept(backup=backup, restore=restore, megabytes=megabytes, rows=int(row[0]) if row else 0)


def _seconds(place: Place, *arguments: str, owner_url: str, home: Path) -> float:
    env = {**place.env, "DATABASE_OWNER_URL": owner_url, "DUBAN_HOME": str(home)}
    began = time.perf_counter()
    done = subprocess.run(duban_command(*arguments), env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"duban {arguments[0]} failed: {done.stderr.strip()}")
    return time.perf_counter() - began


def _remove(place: Place, archive: Path, home: Path) -> None:
    archive.unlink(missing_ok=True)
    shutil.rmtree(home, ignore_errors=True)
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        # Not by force: the server itself may be tidying up there, and no owner may end that. It gives way when asked.
        owner.execute(f'DROP DATABASE IF EXISTS "{RESTORED}"'.encode())

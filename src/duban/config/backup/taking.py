"""Taking a backup while the program runs: one snapshot for dump, counts and the list of files."""

import importlib.metadata
import os
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from duban.attachments.queries import place_of
from duban.config.backup import archive as parts
from duban.config.backup import programs
from duban.config.backup.archive import Manifest
from duban.config.backup.counting import count, server_version
from duban.kernel.errors import InvalidInput
from duban.shell import room

# Passwords of the database belong to its server, not to what it holds: a restored place has its own.
NOT_TAKEN = "*.password"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """An archive that was taken."""

    manifest: Manifest
    size: int
    sha256: str


def take(
    *,
    owner_url: str,
    home: Path,
    path: Path,
    has_secrets: bool,
    at: datetime,
    say: Progress,
    between: Progress | None = None,
) -> Taken:
    """
    Write one archive of the database and its files as of one moment; people go on working meanwhile.

    The archive gets its name only when it is whole. `between` is called with the name of each part after it was written.

    :raises InvalidInput: with one sentence: the place is taken, the disk full, the database away …
    """
    if path.exists():
        raise InvalidInput(f"{path} exists already; choose another name.")
    if not path.parent.is_dir():
        raise InvalidInput(f"The folder {path.parent} does not exist.")
    waiting = path.with_name(f".{path.name}.unfinished")
    told = between or (lambda _name: None)
    try:
        with open(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            manifest = _write(file, owner_url=owner_url, home=home, has_secrets=has_secrets, at=at, say=say, told=told)
            file.flush()
            os.fsync(file.fileno())
        taken = Taken(manifest=manifest, size=waiting.stat().st_size, sha256=parts.sha256_of(waiting))
        os.replace(waiting, path)
    except BaseException as trouble:
        waiting.unlink(missing_ok=True)
        if room.is_disk_full(trouble):
            raise InvalidInput(f"The disk of {path.parent} is full; nothing was kept.") from trouble
        if isinstance(trouble, psycopg.OperationalError):
            raise InvalidInput(f"The database cannot be reached: {str(trouble).splitlines()[0]}") from trouble
        raise
    return taken


def _write(
    file: Any, *, owner_url: str, home: Path, has_secrets: bool, at: datetime, say: Progress, told: Progress
) -> Manifest:
    with psycopg.connect(owner_url, autocommit=True) as connection, zipfile.ZipFile(file, "w") as archive:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        counts = count(connection)
        manifest = Manifest(
            layout=parts.LAYOUT,
            program=importlib.metadata.version("duban"),
            postgresql=server_version(connection),
            taken_at=at.isoformat(),
            **asdict(counts),
        )
        told("counts")
        say(f"Reading {sum(counts.rows.values())} rows of {len(counts.rows)} tables …")
        arguments = ["--format=custom", f"--snapshot={snapshot}"]
        with programs.running("pg_dump", arguments, url=owner_url, server=manifest.postgresql) as dump:
            assert dump.stdout is not None
            manifest.hashes[parts.DUMP] = parts.add(archive, parts.DUMP, dump.stdout, is_packed=True)
        told("database")
        wanted = [str(name) for (name,) in connection.execute("SELECT DISTINCT sha256 FROM attachments_storedfile")]
        connection.execute("COMMIT")
        # Files are written before their row and stay seven days after it: whatever the snapshot names is there.
        say(f"Reading {len(wanted)} files …")
        for sha256 in sorted(wanted):
            _add_file(archive, manifest, sha256)
        told("files")
        if has_secrets:
            for secret in sorted((home / "secrets").iterdir()):
                if not secret.match(NOT_TAKEN):
                    with secret.open("rb") as source:
                        name = parts.SECRETS + secret.name
                        manifest.hashes[name] = parts.add(archive, name, source)
        parts.write_manifest(archive, manifest)
    return manifest


def _add_file(archive: zipfile.ZipFile, manifest: Manifest, sha256: str) -> None:
    try:
        with place_of(sha256).open("rb") as source:
            found = parts.add(archive, parts.FILES + sha256, source, is_packed=True)
    except FileNotFoundError:
        manifest.missing_files.append(sha256)
        return
    # A file that was damaged on disk is kept as it is, and named: its row says what it was.
    manifest.hashes[parts.FILES + sha256] = found
    if found != sha256:
        manifest.missing_files.append(sha256)

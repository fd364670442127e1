"""Restoring an archive into an empty place: all of it, compared with its manifest, or nothing."""

import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections, transaction

from duban.attachments.queries import place_of
from duban.audit import commands as audit
from duban.audit import queries as audit_queries
from duban.config import migrating
from duban.config.backup import archive as parts
from duban.config.backup import programs
from duban.config.backup.archive import Manifest
from duban.config.backup.counting import count, server_version
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.shell import room

Progress = Callable[[str], None]
# What stood in the schema before was nothing: the place was refused otherwise.
EMPTY = """
DO $$
DECLARE
    statements text[];
    statement text;
BEGIN
    -- All are named before the first goes: one that went with another has no name any more.
    SELECT array_agg(one.words) INTO statements FROM (
        SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) AS words FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('DROP TYPE IF EXISTS %s CASCADE', kind.oid::regtype) FROM pg_type AS kind
        LEFT JOIN pg_class AS shape ON shape.oid = kind.typrelid
        WHERE kind.typnamespace = 'public'::regnamespace AND (kind.typtype = 'e' OR shape.relkind = 'c')
    ) AS one;
    FOREACH statement IN ARRAY coalesce(statements, ARRAY[]::text[]) LOOP
        EXECUTE statement;
    END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """A place that was filled from an archive and holds exactly what its manifest says."""

    manifest: Manifest
    # Faults that the record of changes had already when the archive was taken.
    record_faults: int


def restore(*, owner_url: str, files: Path, path: Path, at: datetime, say: Progress) -> Restored:
    """
    Fill an empty database and an empty folder of files from an archive; Django's connection is the owner's.

    The rows of each table, every total of every figure and every file are compared with the manifest. What an interrupted
    restore left behind may be there: files of this archive.

    :raises InvalidInput: with one sentence that says what stands in the way; then nothing of it was kept
    """
    with parts.opened(path) as (archive, manifest):
        try:
            with psycopg.connect(owner_url, autocommit=True) as connection:
                server = server_version(connection)
                _refuse_taken_place(connection, files, manifest)
        except psycopg.OperationalError as trouble:
            raise InvalidInput(f"The database cannot be reached: {str(trouble).splitlines()[0]}") from trouble
        _refuse_other_version(manifest, server)
        written: list[Path] = []
        try:
            say(f"Writing {len(manifest.files)} files …")
            _write_files(archive, manifest, written)
            say(f"Writing {sum(manifest.rows.values())} rows …")
            _write_database(archive, owner_url, server, sha256=manifest.hashes.get(parts.DUMP, ""))
            return _finish(owner_url, manifest, sha256=parts.sha256_of(path), at=at, say=say)
        except BaseException as trouble:
            _undo(owner_url, written)
            if room.is_disk_full(trouble):
                raise InvalidInput(f"The disk of {files} is full; nothing was kept.") from trouble
            raise


def _refuse_taken_place(connection: psycopg.Connection[Any], files: Path, manifest: Manifest) -> None:
    tables = connection.execute(
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'S') AND relnamespace = 'public'::regnamespace"
    ).fetchone()
    if tables and tables[0]:
        raise InvalidInput(
            f"The database {connection.info.dbname} is not empty; make a new one, as in: createdb --owner"
            f" {connection.info.user} duban_restored."
        )
    role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [migrating.APPLICATION]).fetchone()
    if role is None:
        raise InvalidInput(
            f"The role {migrating.APPLICATION} is missing; make it with: createuser --pwprompt duban_app."
        )
    known = set(manifest.files)
    foreign = next((file for file in files.rglob("*") if file.is_file() and file.name not in known), None)
    if foreign is not None:
        raise InvalidInput(f"The folder {files} is not empty ({foreign.name}); choose another DUBAN_HOME.")


def _refuse_other_version(manifest: Manifest, server: int) -> None:
    if server < manifest.postgresql:
        raise InvalidInput(
            f"The backup is of PostgreSQL {manifest.postgresql} and this server is {server}; restore it into"
            f" {manifest.postgresql} or later."
        )
    unknown = sorted(set(manifest.migrations) - migrating.known())
    if unknown:
        raise InvalidInput(
            f"The backup was taken by a newer version of Duban ({manifest.program}, which has {unknown[-1]});"
            " restore it with that version."
        )


def _write_files(archive: zipfile.ZipFile, manifest: Manifest, written: list[Path]) -> None:
    for name in manifest.files:
        place = place_of(name)
        if place.exists():
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting = place.with_name(f".new-{name}")
        written.append(waiting)
        with open(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            parts.take_out(archive, parts.FILES + name, file, sha256=manifest.hashes[parts.FILES + name])
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, place)
        written[-1] = place


def _write_database(archive: zipfile.ZipFile, owner_url: str, server: int, *, sha256: str) -> None:
    arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--dbname", ""]
    arguments[-1] = programs.environment(owner_url)["PGDATABASE"]
    with programs.running("pg_restore", arguments, url=owner_url, server=server, is_fed=True) as fed:
        assert fed.stdin is not None
        # A damaged dump is found before its end is told, so nothing of it is committed.
        parts.take_out(archive, parts.DUMP, fed.stdin, sha256=sha256)
        fed.stdin.close()


def _finish(owner_url: str, manifest: Manifest, *, sha256: str, at: datetime, say: Progress) -> Restored:
    say("Comparing every table and every figure …")
    with psycopg.connect(owner_url) as connection:
        found = count(connection)
    for what, wanted, got in (
        ("rows", manifest.rows, found.rows),
        ("figures", manifest.figures, found.figures),
    ):
        different = sorted(name for name in {*wanted, *got} if wanted.get(name) != got.get(name))
        if different:
            raise InvalidInput(f"The restored {what} of {different[0]} differ from the backup.")
    connections.close_all()
    migrating.migrate(verbosity=0)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE")
    say("Reading the record of changes …")
    actor = Actor.system("restore")
    verified = audit_queries.verify(actor=actor)
    with transaction.atomic():
        audit.record(
            actor=actor,
            verb="upkeep.restore",
            object_kind="backup",
            object_id=None,
            at=at,
            payload={"sha256": sha256, "taken_at": manifest.taken_at},
        )
    return Restored(manifest=manifest, record_faults=verified.fault_count)


def _undo(owner_url: str, written: list[Path]) -> None:
    for file in written:
        file.unlink(missing_ok=True)
        for folder in (file.parent, file.parent.parent):
            with suppress(OSError):
                folder.rmdir()
    connections.close_all()
    # pg_restore keeps all or nothing; this is for what was found wrong afterwards.
    with suppress(psycopg.Error), psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(EMPTY)

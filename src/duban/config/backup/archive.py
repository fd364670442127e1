"""The archive: a zip of a manifest, a dump, the files by their hash and, when asked for, the secrets."""

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from duban.kernel.errors import InvalidInput

# Of the archive's own layout.
LAYOUT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
FILES = "files/"
SECRETS = "secrets/"
PIECE = 1024 * 1024
# What an archive may hold: no other name reaches a disk.
NAME = re.compile(r"database\.dump|files/[0-9a-f]{64}|secrets/\w[\w.-]*")


@dataclass
class Manifest:
    """What an archive holds and what a restored place must hold."""

    layout: int
    program: str
    # Major version of the server that was dumped.
    postgresql: int
    taken_at: str
    rows: dict[str, int]
    figures: dict[str, dict[str, Any]]
    migrations: list[str]
    # Name in the archive → sha256.
    hashes: dict[str, str] = field(default_factory=dict)
    # Files that rows name and that were missing from the files folder already.
    missing_files: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The hashes of the files that people sent."""
        return [name.removeprefix(FILES) for name in self.hashes if name.startswith(FILES)]

    @property
    def secrets(self) -> list[str]:
        return [name.removeprefix(SECRETS) for name in self.hashes if name.startswith(SECRETS)]


def add(archive: zipfile.ZipFile, name: str, source: IO[bytes], *, is_packed: bool = False) -> str:
    """Put a stream into the archive and return its sha256; what is packed already is not packed again."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with archive.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the manifest into the archive, last."""
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """
    Open an archive and read its manifest.

    :raises InvalidInput: if it is missing, is no archive of ours, was cut off, or is of a later layout
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as trouble:
        raise InvalidInput(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except zipfile.BadZipFile as trouble:
        raise InvalidInput(f"{path} is no backup, or it was cut off.") from trouble
    with archive:
        yield archive, _manifest(archive, path)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        given = json.loads(archive.read(MANIFEST))
    except KeyError:
        raise InvalidInput(f"{path} is a zip file, but not a backup: it has no manifest.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as trouble:
        raise InvalidInput(f"The backup {path} is damaged at {MANIFEST}.") from trouble
    if given.get("layout") != LAYOUT:
        raise InvalidInput(f"{path} was made by a newer version of Duban ({given.get('program')}); use that one.")
    manifest = Manifest(**given)
    foreign = next((name for name in manifest.hashes if not NAME.fullmatch(name)), None)
    if foreign is not None:
        raise InvalidInput(f"{path} is no backup of Duban: it names {foreign}.")
    return manifest


def take_out(archive: zipfile.ZipFile, name: str, target: IO[bytes] | None, *, sha256: str) -> None:
    """
    Copy one part of the archive to a stream (None: only read it) and compare its hash.

    :raises InvalidInput: if it is missing or damaged
    """
    digest = hashlib.sha256()
    try:
        with archive.open(name) as source:
            while piece := source.read(PIECE):
                digest.update(piece)
                if target is not None:
                    target.write(piece)
    except KeyError:
        raise InvalidInput(f"The backup is damaged: {name} is missing from it.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as trouble:
        raise InvalidInput(f"The backup is damaged at {name}.") from trouble
    if digest.hexdigest() != sha256:
        raise InvalidInput(f"The backup is damaged at {name}.")


def verify(*, path: Path) -> Manifest:
    """
    Read an archive from beginning to end and compare every hash; nothing is unpacked.

    :raises InvalidInput: with one sentence that says what is wrong
    """
    with opened(path) as (archive, manifest):
        for name, sha256 in manifest.hashes.items():
            take_out(archive, name, None, sha256=sha256)
        if DUMP not in manifest.hashes:
            raise InvalidInput(f"{path} holds no database.")
        unknown = set(archive.namelist()) - {MANIFEST, *manifest.hashes}
        if unknown:
            raise InvalidInput(f"The backup holds what its manifest does not name: {min(unknown)}.")
    return manifest


def put_secrets(*, path: Path, home: Path) -> list[Path]:
    """
    Write the secrets of an archive into an empty place and return the files written, for undoing.

    :raises InvalidInput: if the place has other ones already, or the archive is damaged
    """
    written = []
    with opened(path) as (archive, manifest):
        for name in manifest.secrets:
            sha256 = manifest.hashes[SECRETS + name]
            target = home / "secrets" / name
            if target.exists():
                if sha256_of(target) != sha256:
                    raise InvalidInput(f"{target} exists already and is another one; move it away first.")
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                take_out(archive, SECRETS + name, file, sha256=sha256)
            written.append(target)
    return written


def sha256_of(path: Path) -> str:
    """Return the hash of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Which pg_dump and pg_restore fit a server: the system's or the wheel's, chosen by version."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from duban.config import embedded
from duban.config.embedded import CannotStart
from duban.kernel.errors import InvalidInput

# Where Debian and Red Hat keep the programs of each version.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
WHEEL_VERSIONS = (16, 18)
# The first whose pg_restore says "transaction_timeout", which older servers do not know.
SAYS_TRANSACTION_TIMEOUT = 17


def program(name: str, *, server: int) -> Path:
    """
    Return `pg_dump` or `pg_restore` for a server of that major version: the same version, or else the next above.

    :raises InvalidInput: if there is none
    """
    newer = [(major, place) for major, place in _found(name) if major >= server]
    fitting = [
        (major, place)
        for major, place in newer
        if name != "pg_restore" or server >= SAYS_TRANSACTION_TIMEOUT or major < SAYS_TRANSACTION_TIMEOUT
    ]
    if not fitting:
        raise InvalidInput(f"There is no {name} for PostgreSQL {server} here; install postgresql-client-{server}.")
    return min(fitting, key=lambda one: one[0])[1]


@contextmanager
def running(
    name: str, arguments: Sequence[str], *, url: str, server: int, is_fed: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """
    Run pg_dump or pg_restore against a database, its output (or, `is_fed`, its input) as a stream.

    :raises InvalidInput: with the program's own words if it failed
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            [str(program(name, server=server)), "--no-password", *arguments],
            env={**os.environ, **environment(url)},
            stdin=subprocess.PIPE if is_fed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if is_fed else subprocess.PIPE,
            stderr=said,
        ) as process:
            try:
                yield process
            except BrokenPipeError:
                # It ended first; why, it has said.
                pass
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            said.seek(0)
            raise InvalidInput(_sentence(name, said.read().decode(errors="replace")))


def _sentence(name: str, said: str) -> str:
    if "No space left on device" in said:
        return "The disk of the database is full; nothing was kept."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = next((line for line in lines if "error:" in line.lower()), lines[-1] if lines else "it gave no reason")
    return f"{name} stopped: {reason}"


def environment(url: str) -> dict[str, str]:
    """Return a database's address as its programs read it: command lines are seen by everybody on the machine."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "PGHOST": query.get("host", parts.hostname or ""),
        "PGPORT": query.get("port", str(parts.port or 5432)),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        # Nobody needs a half-restored database after a power cut; indexes are made once.
        "PGOPTIONS": "-c synchronous_commit=off -c maintenance_work_mem=256MB -c lock_timeout=0",
        "LC_ALL": "C",
    }


def _found(name: str) -> Iterator[tuple[int, Path]]:
    places = [Path(place) for pattern in FOLDERS for place in Path("/").glob(f"{pattern.lstrip('/')}/{name}")]
    on_path = shutil.which(name)
    if on_path:
        places.append(Path(on_path))
    for version in WHEEL_VERSIONS:
        try:
            places.append(embedded.binaries(version=version) / name)
        except CannotStart:
            continue
    for place in places:
        said = subprocess.run([place, "--version"], capture_output=True, text=True, check=False).stdout
        number = re.search(r"(\d+)", said)
        if number:
            yield int(number[1]), place

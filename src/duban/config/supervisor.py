"""One command that runs everything: database, tables, web and job processes; what it started ends with it."""

import errno
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from duban.config import embedded
from duban.config.embedded import CannotStart
from duban.config.keeping import Kept, keep
from duban.config.make_above import MakeAbove
from duban.config.secret_files import read_or_make_secret

Progress = Callable[[str], None]

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_PAUSE_SECONDS = 30.0
# A process that ran this long did start: its next death is a new one, restarted at once.
STEADY_SECONDS = 60.0
# What the web server of a killed run needs to end and to leave its port.
DYING_SECONDS = 3.0
READY_WITHIN_SECONDS = 60.0
LARGEST_LOG_BYTES = 10 * 1024 * 1024


class _Asked(BaseException):
    """Somebody asked for the end; not an Exception, so that nothing on the way swallows it."""


@dataclass(frozen=True)
class Step:
    """One command to run to its end before the web processes start, such as `duban migrate`."""

    title: str
    command: Sequence[str]
    # With the database's owner as its role; every other process gets the role that owns nothing.
    as_owner: bool = False


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str]
    kept: Kept | None = None
    began: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0)


def duban_command(*arguments: str) -> list[str]:
    """Return the command line of this installation's own program, whatever the search path says."""
    return [str(Path(sys.executable).with_name("duban")), *arguments]


def web_command(*, host: str, port: int, processes: int = 2, threads: int = 4) -> list[str]:
    """Return the command line of the web server."""
    granian = str(Path(sys.executable).with_name("granian"))
    return [
        *(granian, "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(processes), "--blocking-threads", str(threads)),
        *(
            "--respawn-failed-workers",
            "--workers-kill-timeout",
            "2",
            "--no-ws",
            "--http",
            "1",
            "--log-level",
            "warning",
        ),
        "duban.config.wsgi:application",
    ]


def run_all(
    *,
    home: Path,
    port: int,
    host: str = "127.0.0.1",
    steps: Sequence[Step] = (),
    web: Sequence[str] | None = None,
    workers: Sequence[Sequence[str]] | None = None,
    database_url: str = "",
    owner_url: str = "",
    ready: Callable[[str], None] | None = None,
    say: Progress | None = None,
) -> int:
    """
    Run everything until SIGINT, SIGTERM or SIGHUP, and return the exit status (0 when asked to stop).

    Without `database_url` the embedded database of `home` is started; with it, `owner_url` is needed for the steps that
    run as the owner, and these are left out (and said to be) where it is empty. `ready` is called once with the address
    when the web server answers. A process that dies is started again after 0, 1, 2, 4 … 30 s. The end takes at most
    10 s.

    :raises CannotStart: with one sentence, after everything started so far has ended
    """
    progress = _safe(say or _print)
    make = MakeAbove()
    handlers = _listen()
    database: embedded.Running | None = None
    children: list[_Child] = []
    try:
        _refuse_taken_port(host, port)
        home = home.absolute()
        if not database_url:
            database = embedded.start(home=home, progress=progress)
            database_url, owner_url = database.app_url, database.owner_url
        _make_secret_key(home)
        env = _environment(home, port, database_url)
        for step in steps:
            _take(step, env, owner_url, make, progress)
        children.append(_child("web", web or web_command(host=host, port=port), home, env))
        for number, command in enumerate(workers or [duban_command("worker")], start=1):
            children.append(_child(f"worker-{number}", command, home, env))
        if env.get("DUBAN_METRICS_PORT", "0") != "0":
            children.append(_child("metrics", duban_command("metrics"), home, env))
        for child in children:
            _start(child)
        address = f"http://{host}:{port}/"
        _wait_for_answer(host, port, children[0])
        progress(f"Duban answers at {address} (Control-C ends it).")
        if ready is not None:
            # As with progress: a terminal that has gone away is no reason to end.
            with suppress(OSError):
                ready(address)
        while True:
            time.sleep(0.2)
            _heed(make)
            if database is not None and database.ended():
                database = _start_database_again(database, home, progress)
            for child in children:
                _look_after(child, progress)
    except _Asked:
        progress("Stopping …")
        return 0
    finally:
        _end(children, database)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _listen() -> dict[int, Callable[[int, FrameType | None], object] | int | None]:
    asked = False

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        # Only the first one: the end must not be interrupted by impatience.
        if not asked:
            asked = True
            raise _Asked

    # Set always: a shell that starts us in the background leaves SIGINT ignored.
    return {number: signal.signal(number, on_signal) for number in STOPPING}


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _safe(say: Progress) -> Progress:
    def progress(line: str) -> None:
        # After SIGHUP there is no terminal any more; that must not stop the stopping.
        with suppress(OSError, ValueError):
            say(line)

    return progress


def _refuse_taken_port(host: str, port: int) -> None:
    if not 0 < port < 65536:
        raise CannotStart(f"{port} is no port; choose one between 1024 and 65535 with PORT.")
    deadline = time.monotonic() + DYING_SECONDS
    while (trouble := _trouble_with_port(host, port)) is not None:
        if trouble.errno != errno.EADDRINUSE:
            raise CannotStart(f"Port {port} on {host} cannot be used: {trouble.strerror}.")
        if time.monotonic() > deadline:
            raise CannotStart(
                f"Port {port} on {host} is taken by another program; "
                f"choose another one, as in PORT={port + 1} make run."
            )
        time.sleep(0.1)


def _trouble_with_port(host: str, port: int) -> OSError | None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the web server does, so that connections of the last run that are dying away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as trouble:
            return trouble
    return None


def _make_secret_key(home: Path) -> None:
    try:
        read_or_make_secret(home=home, name="secret_key")
    except OSError as trouble:
        raise CannotStart(f"The data folder {home} cannot be used: {trouble.strerror}.") from trouble


def _environment(home: Path, port: int, database_url: str) -> dict[str, str]:
    withheld = {"DATABASE_OWNER_URL", "DUBAN_AS_OWNER"}
    env = {name: value for name, value in os.environ.items() if name not in withheld}
    return {**env, "DUBAN_HOME": str(home), "PORT": str(port), "DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}


def _heed(make: MakeAbove) -> None:
    if make.was_asked_to_stop():
        raise _Asked


def _take(step: Step, env: dict[str, str], owner_url: str, make: MakeAbove, progress: Progress) -> None:
    if step.as_owner:
        if not owner_url:
            progress(f"{step.title}: left out, because DATABASE_OWNER_URL is not set.")
            return
        env = {**env, "DATABASE_OWNER_URL": owner_url, "DUBAN_AS_OWNER": "1"}
    progress(f"{step.title} …")
    began = time.monotonic()
    # Its own words go to our terminal: it says best what it does and what is wrong.
    running = keep(command=step.command, env=env)
    try:
        while (status := running.ended()) is None:
            time.sleep(0.05)
            _heed(make)
    finally:
        running.stop()
    if status != 0:
        raise CannotStart(f"{step.title}: this failed (exit status {status}); nothing was started.")
    progress(f"{step.title}: {time.monotonic() - began:.1f} s.")


def _child(name: str, command: Sequence[str], home: Path, env: Mapping[str, str]) -> _Child:
    return _Child(name=name, command=command, log=home / "logs" / f"{name}.log", env=env)


def _start(child: _Child) -> None:
    child.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if child.log.exists() and child.log.stat().st_size > LARGEST_LOG_BYTES:
        child.log.rename(child.log.with_suffix(".log.1"))
    with open(os.open(child.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as output:
        child.kept = keep(command=child.command, env=child.env, output=output)
    child.began = time.monotonic()


def _look_after(child: _Child, progress: Progress) -> None:
    now = time.monotonic()
    if child.kept is None:
        if now >= child.due:
            _start(child)
            progress(f"{child.name} was started again.")
        return
    status = child.kept.ended()
    if status is None:
        return
    child.deaths = 1 if now - child.began > STEADY_SECONDS else child.deaths + 1
    pause = _pause(child.deaths)
    child.kept, child.due = None, now + pause
    progress(f"{child.name} ended (exit status {status}) and is started again in {pause:.0f} s; see {child.log}.")


def _pause(deaths: int) -> float:
    return 0.0 if deaths <= 1 else min(2.0 ** (deaths - 2), LONGEST_PAUSE_SECONDS)


def _start_database_again(ended: embedded.Running, home: Path, progress: Progress) -> embedded.Running:
    progress("The database ended and is started again …")
    ended.stop()
    tries = 1
    while True:
        try:
            running = embedded.start(home=home, progress=progress)
        except CannotStart as refusal:
            tries += 1
            progress(f"{refusal} Trying again in {_pause(tries):.0f} s.")
            time.sleep(_pause(tries))
        else:
            progress("The database answers again.")
            return running


def _wait_for_answer(host: str, port: int, web: _Child) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if web.kept is not None and web.kept.ended() is not None:
            break
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    lines = web.log.read_text(errors="replace").strip().splitlines() if web.log.exists() else []
    raise CannotStart(f"The web server did not start ({lines[-1] if lines else 'it gave no reason'}); see {web.log}.")


def _end(children: Sequence[_Child], database: embedded.Running | None) -> None:
    # All are asked before one is waited for; the database goes last, so that they can finish what they hold.
    for child in children:
        if child.kept is not None:
            child.kept.ask_to_stop()
    for child in children:
        if child.kept is not None:
            child.kept.stop()
    if database is not None:
        database.stop()

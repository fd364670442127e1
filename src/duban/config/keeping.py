"""Programs that end with us: each runs under a keeper of its own (see keeper.py)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

KEEPER = Path(__file__).with_name("keeper.py")
# What a web or job process gets: time to finish the request in hand, then the end.
USUAL_STOPS = ((signal.SIGTERM, 2.5),)


class Kept:
    """A program under its keeper."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Process id of the keeper, not of the program."""
        return self._process.pid

    def ended(self) -> int | None:
        """Return the exit status of the program, or None while it runs."""
        return self._process.poll()

    def wait(self, *, seconds: float | None = None) -> int:
        """Wait for the program's own end and return its exit status; raises subprocess.TimeoutExpired."""
        return self._process.wait(timeout=seconds)

    def ask_to_stop(self) -> None:
        """Ask for the end without waiting for it."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def stop(self) -> None:
        """Stop the program and wait until nothing of it is left; bounded by the sum of its stops."""
        self.ask_to_stop()
        self._process.wait()


def keep(
    *,
    command: Sequence[str],
    stops: Sequence[tuple[int, float]] = USUAL_STOPS,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    cwd: Path | None = None,
    account: tuple[int, int] | None = None,
    pass_fds: Sequence[int] = (),
) -> Kept:
    """
    Start a program that cannot outlive this process, not even when this process is killed with -9.

    `stops` are signals with the seconds to wait after each; after the last comes SIGKILL for the whole process group.
    `output` takes its standard output and error (default: ours); `account` is (uid, gid) to run as.
    """
    order = {
        "command": list(command),
        "stops": [[int(number), seconds] for number, seconds in stops],
        "uid": account[0] if account else None,
        "gid": account[1] if account else None,
        "pass_fds": list(pass_fds),
    }
    process = subprocess.Popen(
        # -I -S: nothing of the environment or of site-packages, so it starts in 20 ms and cannot be led astray.
        [sys.executable, "-I", "-S", str(KEEPER), json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=dict(os.environ if env is None else env),
        cwd=cwd,
        pass_fds=pass_fds,
        # Control-C at a terminal reaches only us: we stop things in their order.
        start_new_session=True,
    )
    return Kept(process)

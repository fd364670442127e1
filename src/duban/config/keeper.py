"""
The keeper of one program: a small process that starts it and makes sure that it ends.

Run as a file, with one JSON object as argument: `command`, `stops` (a list of [signal, seconds to wait for the end]),
and `uid`, `gid` where the program is to run as somebody else. It uses the standard library only and starts in about
20 ms. The program is stopped when the keeper gets SIGINT, SIGTERM or SIGHUP, when the other end of its standard input
is closed, which is also what happens when its parent is killed with -9, and (Linux) when the keeper itself is.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


def keep(order: dict[str, Any]) -> int:
    """Start the program, stop it when asked or abandoned, and return its exit status (128 + n for signal n)."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    # Set always: a shell that starts us in the background leaves SIGINT ignored.
    for number in (*STOPPING, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)

    program = _started(order)
    abandoned = False
    while program.poll() is None and not abandoned:
        ready, _, _ = select.select([sys.stdin.fileno(), woken], [], [])
        abandoned = sys.stdin.fileno() in ready and os.read(sys.stdin.fileno(), 1) == b""
        if woken in ready:
            abandoned = abandoned or any(number in STOPPING for number in os.read(woken, 100))
    if program.poll() is None:
        _stop(program, order["stops"])
    # What the program itself left behind: it leads a process group of its own.
    _signal_group(program.pid, signal.SIGKILL)
    return program.returncode if program.returncode >= 0 else 128 - program.returncode


def _started(order: dict[str, Any]) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    keeper = os.getpid()

    def become() -> None:
        # Ignored signals are inherited; the program must be able to hear ours.
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        if order.get("uid") is not None:
            os.setgroups([])
            os.setgid(order["gid"])
            os.setuid(order["uid"])
        # After setuid, which clears it.
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(order["stops"][0][0]))
            if os.getppid() != keeper:
                os._exit(1)

    return subprocess.Popen(
        order["command"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=become,  # noqa: PLW1509 - this process has one thread
        # PostgreSQL holds the lock on the data folder for as long as any process of it lives.
        pass_fds=order.get("pass_fds", []),
    )


def _stop(program: subprocess.Popen[bytes], stops: list[tuple[int, float]]) -> None:
    for number, seconds in stops:
        program.send_signal(number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if program.poll() is not None:
                return
            time.sleep(0.02)
    _signal_group(program.pid, signal.SIGKILL)
    program.wait()


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


if __name__ == "__main__":
    sys.exit(keep(json.loads(sys.argv[1])))

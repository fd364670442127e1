"""The `make` that runs us: asked to stop by a signal to itself alone, it waits for us and tells us nothing."""

import os
import signal
from pathlib import Path

# GNU make passes SIGTERM on to its children, these not: it takes them to have reached the whole terminal.
NOT_PASSED_ON = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


class MakeAbove:
    """
    Watches the parent process where that is make; does nothing elsewhere.

    Handling one of these signals, make first sets it back to its default, which Linux shows in /proc; and a make that
    was killed is no longer our parent.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._is_make = _read(self._parent, "comm").strip() in {"make", "gmake"}
        self._handled = self._handled_now()

    def was_asked_to_stop(self) -> bool:
        """True from the moment when make was signalled or killed."""
        if not self._is_make:
            return False
        return os.getppid() != self._parent or bool(self._handled & ~self._handled_now())

    def _handled_now(self) -> int:
        for line in _read(self._parent, "status").splitlines():
            if line.startswith("SigCgt:"):
                bits = int(line.split()[1], 16)
                return bits & sum(1 << (number - 1) for number in NOT_PASSED_ON)
        return 0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""

"""The running program: web server with two processes and a worker, as `duban serve` starts them; and their memory."""

import http.client
import socket
import time
from contextlib import suppress
from pathlib import Path

from bench.place import Place
from duban.config.keeping import Kept, keep
from duban.config.supervisor import duban_command, web_command

_MB = 1024


class Program:
    """Web processes and a worker on one place; `end` them."""

    def __init__(self, *, place: Place, has_worker: bool = True) -> None:
        self.place = place
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.web = self._start("web", web_command(host="127.0.0.1", port=self.port))
        self.worker = self._start("worker", duban_command("worker")) if has_worker else None
        self._wait()

    def start_worker(self) -> None:
        """Start a worker, where the last one was killed."""
        self.worker = self._start("worker", duban_command("worker"))

    def start_web(self) -> None:
        """Start the web processes, where the last ones were killed."""
        self.web = self._start("web", web_command(host="127.0.0.1", port=self.port))
        self._wait()

    def end(self) -> None:
        """Stop what was started and wait until it is gone."""
        for kept in (self.web, self.worker):
            if kept is not None:
                kept.stop()

    def memory(self) -> dict[str, list[float]]:
        """Return the proportional share of memory of each process in MB, largest first, by kind."""
        found = {"web process": _sizes(self.web.pid, "granian"), "database process": []}
        if self.worker is not None:
            found["worker process"] = _sizes(self.worker.pid, "duban")
        if self.place.running is not None:
            found["database process"] = sorted((_pss(pid) for pid in below(self.place.postmaster())), reverse=True)
        return {kind: sizes for kind, sizes in found.items() if sizes}

    def web_processes(self) -> list[int]:
        """Return the processes that answer requests: those below the one that watches over them."""
        return [pid for pid in below(self.web.pid) if _command(pid).count("granian") and below(_parent(pid))]

    def _start(self, name: str, command: list[str]) -> Kept:
        logs = self.place.home / "logs"
        logs.mkdir(exist_ok=True)
        with open(logs / f"{name}.log", "ab") as output:
            return keep(command=command, env=self.place.env, output=output)

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/healthz/")
                connection.getresponse().read()
                return
            time.sleep(0.05)
        raise SystemExit(f"The web server did not start; see {self.place.home / 'logs'}.")


def below(pid: int) -> list[int]:
    """Return the living processes below one, at any depth."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    parents[int(entry.name)] = int(parent)
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {pid})


def is_alive(pid: int) -> bool:
    """Return whether a process lives; one that only waits to be buried does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def peak_memory(pid: int) -> float:
    """Return the largest memory a process had since `forget_peak`, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / _MB
    return 0.0


def forget_peak(pid: int) -> None:
    """Let the largest memory of a process begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _sizes(keeper: int, name: str) -> list[float]:
    return sorted((_pss(pid) for pid in below(keeper) if name in _command(pid)), reverse=True)


def _pss(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return round(int(line.split()[1]) / _MB, 1)
    return 0.0


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0

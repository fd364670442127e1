"""
`/metrics` for Prometheus: a small server on 127.0.0.1, apart from the pages, run by `duban metrics`.

The web processes tell it each request over a socket in the home folder; everything else it looks up when it is asked.
It says numbers, names of routes and ids of campaigns: no names, no texts, no addresses.
"""

import logging
import os
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.utils import Error
from django.utils import timezone
from psycopg_pool import PoolTimeout

from duban.kernel.authority import Actor
from duban.shell import measuring
from duban.upkeep import queries

LOOPBACK = "127.0.0.1"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# More would mean that somebody else tells; there are some hundred routes.
MOST_SERIES = 5000
log = logging.getLogger("duban.metrics")
Labels = tuple[tuple[str, str], ...]


class Requests:
    """Counts of requests by route, method and status, with how long they took; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = defaultdict(float)

    def hear(self, told: bytes) -> None:
        """Count one request as a web process tells it; what cannot be read is left out."""
        try:
            route, method, status, seconds = told.decode().split(" ")
            took = float(seconds)
        except ValueError:
            return
        labels = (("route", route), ("method", method), ("status", status))
        with self._lock:
            if labels not in self._counts and len(self._counts) >= MOST_SERIES:
                return
            counts = self._counts.setdefault(labels, [0] * (len(SECONDS) + 1))
            counts[next((place for place, most in enumerate(SECONDS) if took <= most), len(SECONDS))] += 1
            self._sums[labels] += took

    def lines(self) -> Iterator[str]:
        """Yield a histogram in Prometheus' text format."""
        with self._lock:
            known = [(labels, list(counts), self._sums[labels]) for labels, counts in sorted(self._counts.items())]
        yield "# HELP duban_request_seconds Requests by route, method and status, and how long they took."
        yield "# TYPE duban_request_seconds histogram"
        for labels, counts, total in known:
            so_far = 0
            for most, count in zip((*map(str, SECONDS), "+Inf"), counts, strict=True):
                so_far += count
                yield _line("duban_request_seconds_bucket", (*labels, ("le", most)), so_far)
            yield _line("duban_request_seconds_sum", labels, round(total, 6))
            yield _line("duban_request_seconds_count", labels, so_far)


def page(*, requests: Requests) -> str:
    """Return everything that is measured, in Prometheus' text format."""
    lines = [*_state_lines(), *_process_lines(), *requests.lines()]
    return "\n".join(lines) + "\n"


def serve(*, port: int) -> ThreadingHTTPServer:
    """Listen on the port of this machine only, and for what the web processes tell; return the server, not yet running."""
    requests = Requests()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            body = page(requests=requests).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent names it
            """Write no line for each question."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=_listen, args=[requests], name="requests", daemon=True).start()
    return server


def _listen(requests: Requests) -> None:
    home = Path(settings.HOME)
    with suppress(FileNotFoundError):
        (home / measuring.SOCKET).unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
        ours.bind(measuring.short_path(home))
        (home / measuring.SOCKET).chmod(0o600)
        while True:
            requests.hear(ours.recv(1000))


def _state_lines() -> Iterator[str]:
    try:
        state = queries.state(actor=Actor.system("metrics"), today=timezone.localdate())
    except (Error, PoolTimeout):
        yield from _metric("duban_database_up", "Whether the database answers.", {(): 0})
        return
    finally:
        connection.close()
    yield from _metric("duban_database_up", "Whether the database answers.", {(): 1})
    yield from _metric(
        "duban_migrations_pending", "Migrations that the database has not had.", {(): state.pending_migrations}
    )
    yield from _metric("duban_jobs", "Jobs by status.", {(("status", word),): n for word, n in state.jobs.items()})
    yield from _metric("duban_jobs_waiting", "Jobs that could run now.", {(): state.waiting})
    yield from _metric(
        "duban_jobs_waiting_seconds", "How long the oldest of them has waited.", {(): round(state.waiting_seconds, 1)}
    )
    yield from _metric(
        "duban_figures_days_behind",
        "Days between today and the day for which a running campaign's figures are true.",
        {(("campaign", str(campaign)),): days for campaign, days in state.days_behind.items()},
    )
    yield from _metric(
        "duban_database_connections",
        "Sessions in the database by state.",
        {(("state", word),): n for word, n in state.connections.items()},
    )
    yield from _metric(
        "duban_database_connections_most", "Sessions that the server allows.", {(): state.most_connections}
    )
    yield from _metric("duban_database_bytes", "Size of the database.", {(): state.database_bytes})
    yield from _metric(
        "duban_free_bytes",
        "Room on the disk of each watched folder.",
        {(("folder", name),): free for name, free in state.free_bytes.items()},
    )
    yield from _metric("duban_writing_paused", "Whether writing pauses for want of room.", {(): int(state.is_paused)})


def _process_lines() -> Iterator[str]:
    count: dict[Labels, float] = defaultdict(float)
    resident: dict[Labels, float] = defaultdict(float)
    seconds: dict[Labels, float] = defaultdict(float)
    ticks, page_bytes = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for kind, folder in _ours():
        # A process may end while we look at it.
        with suppress(OSError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            label = (("kind", kind),)
            count[label] += 1
            resident[label] += int(fields[21]) * page_bytes
            seconds[label] += (int(fields[11]) + int(fields[12])) / ticks
    yield from _metric("duban_processes", "Processes of this program by kind.", count)
    yield from _metric("duban_process_resident_bytes", "Memory that they hold.", resident)
    yield from _metric("duban_process_cpu_seconds", "Processor time that the living ones have used.", seconds)


def _ours() -> Iterator[tuple[str, Path]]:
    """Yield (kind, folder under /proc) for each process of this installation that we may see, by its command line."""
    home = os.fsencode(Path(settings.HOME).absolute())
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes().split(b"\0")
            if b"DUBAN_HOME=" + home not in environment:
                continue
            words = b" ".join(command)
            if b"keeper.py" in words:
                continue
            if b"granian" in words or b"spawn_main" in words:
                yield "web", folder
            elif b"metrics" in command:
                yield "metrics", folder
            elif b"worker" in command:
                yield "worker", folder


def _metric(name: str, meaning: str, values: Mapping[Labels, float]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in sorted(values.items()):
        yield _line(name, labels, value)


def _line(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(word)}"' for label, word in labels)
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

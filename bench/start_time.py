"""
How long the program takes to start and to end: `python -m bench.start_time`.

Runs `duban run` twice on a folder of its own: the first start makes the database and the demonstration city, the second
is what a person waits for every morning (aim: 10 s to the first answer, 10 s to the end of all processes).
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench-start.json"
GIVE_UP_SECONDS = 300.0


def measure(*, runs: int = 3) -> list[dict[str, float | str]]:
    """Start and end the program `runs` times and return seconds to the first answer and to the end of each."""
    home = Path(tempfile.mkdtemp(prefix="duban-bench-start-"))
    try:
        return [{"scenario": "first start" if number == 0 else "start again", **_once(home)} for number in range(runs)]
    finally:
        shutil.rmtree(home)


def _once(home: Path) -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.monotonic()
    program = subprocess.Popen(
        [str(Path(sys.executable).with_name("duban")), "run"],
        env={**os.environ, "DUBAN_HOME": str(home), "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if program.poll() is not None or time.monotonic() - began > GIVE_UP_SECONDS:
                raise SystemExit("duban run did not start.")
            time.sleep(0.05)
        started = time.monotonic() - began
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        program.wait(timeout=60)
        return {"start_s": round(started, 2), "end_s": round(time.monotonic() - began, 2)}
    finally:
        program.kill()
        program.wait()


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/sign-in/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False


def main() -> None:
    """Print the table and write build/bench-start.json."""
    rows = measure()
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1))
    for row in rows:
        print(f"{row['scenario']:<12} answers after {row['start_s']:>6} s, all gone after {row['end_s']:>5} s")


if __name__ == "__main__":
    main()

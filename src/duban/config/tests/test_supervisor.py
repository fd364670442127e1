"""The command that runs everything, with real processes and real kills (R-DOC: two commands)."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from duban.config.tests.processes import descendants, gone, named, parents, seconds_until

# A web server that answers, and a job process; what the real ones do is told in the journeys.
RUNNER = """
import os, sys
from pathlib import Path
from duban.config.supervisor import CannotStart, Step, run_all
home, port, step, worker = sys.argv[1:]
python = sys.executable
try:
    status = run_all(
        home=Path(home),
        port=int(port),
        steps=[Step("Tables", [python, "-c", step], as_owner=True)],
        web=[python, "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/usr/share/doc", port],
        workers=[[python, "-c", worker]],
        ready=lambda address: print("ready", address, flush=True),
    )
except CannotStart as refusal:
    print(refusal, flush=True)
    status = 1
sys.exit(status)
"""
SLEEPER = "import time; print('worker is at work', flush=True); time.sleep(600)"
STUBBORN = "import signal, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\ntime.sleep(600)"
STEP = "import os; print('owner', os.environ['DATABASE_OWNER_URL'][:24], os.environ['DUBAN_AS_OWNER'], flush=True)"
# What a script does with `duban run &`.
IGNORING = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
ALL_GONE_SECONDS = 10.0


@dataclass
class Started:
    """A running supervisor and what it said."""

    process: "subprocess.Popen[str]"
    port: int
    said: list[str]

    def read_until(self, words: str) -> str:
        """Return the first further line that holds some words; fails at the end of the output."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            if words in line:
                return line.strip()
        raise AssertionError(f"{words!r} was never said: {self.said}")

    def answers(self) -> bool:
        """True when the web server answers."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
            try:
                connection.request("GET", "/")
                return connection.getresponse().status == 200
            except OSError:
                return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def supervisor(
    home: Path, *, port: int | None = None, worker: str = SLEEPER, step: str = STEP, shell: Sequence[str] = ()
) -> Iterator[Started]:
    port = port or free_port()
    process = subprocess.Popen(
        [*shell, sys.executable, "-c", RUNNER, str(home), str(port), step, worker],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Started(process=process, port=port, said=[])
    finally:
        process.terminate()
        process.wait(timeout=ALL_GONE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="duban-supervisor-"))
    yield folder / "home"
    shutil.rmtree(folder)


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("shell", [[], IGNORING], ids=["", "where SIGINT was ignored at start"])
    def test_comes_on_every_usual_signal_and_takes_all_with_it(self, number: int, shell: list[str], home: Path) -> None:
        with supervisor(home, shell=shell) as started:
            started.read_until("ready")
            all_of_it = descendants(started.process.pid)
            assert {"postgres", "keeper.py", "http.server", "worker is at work"} <= {
                word for word in ("postgres", "keeper.py", "http.server", "worker is at work") if named(all_of_it, word)
            }
            started.process.send_signal(number)
            assert started.process.wait(timeout=ALL_GONE_SECONDS) == 0
            assert gone(all_of_it)()

    def test_comes_with_the_supervisor_killed(self, home: Path) -> None:
        with supervisor(home) as started:
            started.read_until("ready")
            all_of_it = descendants(started.process.pid)
            started.process.kill()
            seconds_until(gone(all_of_it), within=ALL_GONE_SECONDS)

    def test_comes_for_a_process_that_ignores_every_request(self, home: Path) -> None:
        with supervisor(home, worker=STUBBORN) as started:
            started.read_until("ready")
            all_of_it = descendants(started.process.pid)
            started.process.terminate()
            assert started.process.wait(timeout=ALL_GONE_SECONDS) == 0
            assert gone(all_of_it)()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
    def test_comes_when_only_make_gets_the_signal(self, number: int, home: Path) -> None:
        port = free_port()
        runner = home.parent / "runner.py"
        runner.write_text(RUNNER)
        makefile = home.parent / "Makefile"
        makefile.write_text(
            f'run:\n\t@exec {sys.executable} {runner} {home} {port} "pass" "import time; time.sleep(600)"\n'
        )
        # As in a terminal, also where these tests run in the background: there a shell leaves SIGINT ignored.
        command = ["env", "--default-signal=INT", "make", "-f", str(makefile), "run"]
        make = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert make.stdout is not None
        all_of_it: set[int] = set()
        try:
            Started(process=make, port=port, said=[]).read_until("ready")
            all_of_it = descendants(make.pid)
            make.send_signal(number)
            seconds_until(gone(all_of_it), within=ALL_GONE_SECONDS)
            make.wait(timeout=ALL_GONE_SECONDS)
        except BaseException:
            # What a failure leaves running would hold the folder of the next test.
            for pid in all_of_it | {make.pid}:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise
        finally:
            make.wait()
            make.stdout.close()


class TestStart:
    def test_refuses_a_taken_port_in_one_sentence_and_starts_nothing(self, home: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with supervisor(home, port=port) as started:
                line = started.read_until("Port")
                assert started.process.wait(timeout=ALL_GONE_SECONDS) == 1
        assert line == (
            f"Port {port} on 127.0.0.1 is taken by another program; choose another one, as in PORT={port + 1} make run."
        )
        assert started.said == [line]

    def test_refuses_a_folder_in_use_and_names_the_other_run(self, home: Path) -> None:
        with supervisor(home) as first:
            first.read_until("ready")
            with supervisor(home) as second:
                line = second.read_until("Another duban")
                assert second.process.wait(timeout=ALL_GONE_SECONDS) == 1
            assert f"(process {first.process.pid})" in line
            assert first.answers()

    def test_gives_the_owners_address_to_the_steps_alone(self, home: Path) -> None:
        worker = "import os; print(sorted(n for n in os.environ if n.startswith(('DATABASE', 'DUBAN'))), flush=True)"
        with supervisor(home, worker=f"{worker}\nimport time; time.sleep(600)") as started:
            assert started.read_until("owner") == "owner postgresql://duban_owner 1"
            started.read_until("ready")
            log = home / "logs" / "worker-1.log"
            seconds_until(lambda: "DATABASE" in log.read_text(), within=5)
        seen = next(line for line in reversed(log.read_text().splitlines()) if "DATABASE" in line)
        assert "'DATABASE_URL'" in seen
        assert "OWNER" not in seen

    def test_ends_with_a_sentence_when_a_step_fails(self, home: Path) -> None:
        with supervisor(home, step="import sys; sys.exit(3)") as started:
            assert "(exit status 3)" in started.read_until("this failed")
            assert started.process.wait(timeout=ALL_GONE_SECONDS) == 1


class TestDeath:
    def test_of_the_web_server_is_repaired_and_said(self, home: Path) -> None:
        with supervisor(home) as started:
            started.read_until("ready")
            (web,) = named(descendants(started.process.pid), "-m http.server") - keepers(started)
            os.kill(web, signal.SIGKILL)
            assert "web ended (exit status 137)" in started.read_until("web ended")
            started.read_until("web was started again")
            seconds_until(started.answers, within=5)

    def test_of_the_database_is_repaired_and_said(self, home: Path) -> None:
        with supervisor(home) as started:
            started.read_until("ready")
            postmaster = int((home / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(postmaster, signal.SIGKILL)
            started.read_until("The database ended")
            started.read_until("The database answers again")
            assert started.answers()

    def test_again_and_again_is_answered_with_longer_pauses(self, home: Path) -> None:
        with supervisor(home, worker="import sys; sys.exit(7)") as started:
            pauses = [started.read_until("worker-1 ended").split(" in ")[1].split(" s;")[0] for _ in range(3)]
        assert pauses == ["0", "1", "2"]


def keepers(started: Started) -> set[int]:
    return {pid for pid, parent in parents().items() if parent == started.process.pid}

"""The first thing that runs on a new machine: what is missing is said in one sentence."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PREPARE = Path(__file__).resolve().parents[4] / "ops" / "prepare.py"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A working copy of our own, and a search path with nothing on it."""
    (tmp_path / "copy" / "ops").mkdir(parents=True)
    shutil.copy(PREPARE, tmp_path / "copy" / "ops")
    (tmp_path / "programs").mkdir()
    return tmp_path


def prepare(machine: Path, *programs: str) -> subprocess.CompletedProcess[str]:
    for name in programs:
        program = machine / "programs" / name
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
    return subprocess.run(
        [sys.executable, str(machine / "copy" / "ops" / "prepare.py")],
        env={"PATH": str(machine / "programs")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_missing_programs_are_named_with_the_line_that_installs_them(machine: Path) -> None:
    done = prepare(machine)
    assert done.returncode == 1
    assert done.stderr == "Missing on this machine: git, make. Install with: apt-get install git make\n"


def test_what_is_there_is_not_named(machine: Path) -> None:
    done = prepare(machine, "git")
    assert done.stderr == "Missing on this machine: make. Install with: apt-get install make\n"

"""Confined runs: what comes back, what is kept away, and that nothing outlives its limits."""

import json
import os
import time
from pathlib import Path

import pytest

from duban.kernel.confined import BROKEN, TOO_BIG, TOO_LONG, Limits, run_confined
from duban.kernel.errors import InvalidInput

EXAMPLES = "duban.kernel.tests.confined_examples:"
LIMITS = Limits(memory_mb=256, cpu_s=5, wall_s=10, output_mb=8)


def run(name: str, payload: bytes = b"", limits: Limits = LIMITS) -> bytes:
    return run_confined(function=EXAMPLES + name, payload=payload, limits=limits, sentences={"odd": "{names}: {most}"})


def test_a_large_payload_goes_in_and_comes_back_unchanged() -> None:
    payload = os.urandom(7_000_000)
    assert run("echo", payload) == payload


def test_the_process_sees_neither_environment_nor_descriptors_nor_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_SECRET", "secret")
    with Path(__file__).open("rb") as held:
        os.set_inheritable(held.fileno(), True)
        seen = json.loads(run("surroundings"))
    assert "DUBAN_SECRET" not in seen["environment"]
    assert len(seen["descriptors"]) <= 6  # three standard ones, the answer, the null device, the listing itself
    assert not seen["django"]


def test_what_sleeps_is_ended_on_time() -> None:
    started = time.monotonic()
    with pytest.raises(InvalidInput) as refused:
        run("sleep", limits=Limits(memory_mb=256, cpu_s=5, wall_s=1))
    assert refused.value.message is TOO_LONG
    assert time.monotonic() - started < 3


def test_what_burns_the_processor_is_ended_by_its_limit() -> None:
    with pytest.raises(InvalidInput) as refused:
        run("burn", b"ab", limits=Limits(memory_mb=256, cpu_s=1, wall_s=20))
    assert refused.value.message is TOO_LONG


def test_what_takes_too_much_memory_gets_a_sentence() -> None:
    with pytest.raises(InvalidInput) as refused:
        run("hoard")
    assert refused.value.message is TOO_BIG


def test_an_answer_larger_than_allowed_is_not_taken() -> None:
    with pytest.raises(InvalidInput) as refused:
        run("flood")
    assert refused.value.message is TOO_BIG


@pytest.mark.parametrize("name", ["die", "stumble"])
def test_a_crash_becomes_one_sentence(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        run(name)
    assert refused.value.message is BROKEN


def test_what_a_library_prints_does_not_mix_with_the_answer() -> None:
    assert run("chatter") == b"answer"


def test_no_file_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / "written"
    with pytest.raises(InvalidInput):
        run("write", str(target).encode())
    assert not target.exists() or target.stat().st_size == 0


def test_a_refusal_travels_as_code_and_becomes_the_callers_sentence() -> None:
    with pytest.raises(InvalidInput) as refused:
        run("refuse")
    assert str(refused.value) == "甲、乙: 3"
    assert refused.value.context["code"] == "odd"


def test_a_run_starts_quickly() -> None:
    best = min(_seconds() for _ in range(5))
    assert best < 0.2


def _seconds() -> float:
    started = time.perf_counter()
    run("echo", b"x")
    return time.perf_counter() - started

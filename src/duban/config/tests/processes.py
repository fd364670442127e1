"""Looking at real processes in tests."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def parents() -> dict[int, int]:
    """Return the parent of every living process (zombies do not live)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                found[int(entry.name)] = int(parent)
    return found


def descendants(pid: int) -> set[int]:
    """Return the processes below one, at any depth."""
    all_parents = parents()
    below = {pid}
    while more := {child for child, parent in all_parents.items() if parent in below} - below:
        below |= more
    return below - {pid}


def named(pids: set[int], name: str) -> set[int]:
    """Return those whose command line holds a word."""
    found = set()
    for pid in pids:
        try:
            if name in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.add(pid)
        except OSError:
            continue
    return found


def seconds_until(condition: Callable[[], bool], *, within: float) -> float:
    """Wait for a condition and return how long it took; fails after `within` seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within, f"not so within {within} s"
        time.sleep(0.02)
    return time.monotonic() - began


def gone(pids: set[int]) -> Callable[[], bool]:
    """Return a condition: none of these processes lives."""
    return lambda: not pids & set(parents())


def is_root() -> bool:
    """True when the tests run as root."""
    return os.geteuid() == 0

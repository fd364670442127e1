"""
The inside of a confined run: what the child process of `duban.kernel.confined` does.

Imports the standard library only, so that a run starts in a few hundredths of a second; no Django, no settings, no secrets.
"""

import gc
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

OK, UNUSABLE, OUT_OF_MEMORY, FAILED = b"O", b"U", b"M", b"F"


class Unusable(Exception):
    """
    Raised by a confined function for input that cannot be used.

    A process without translations can only say which sentence applies and what to fill in: `code` names the sentence in
    the caller's list, `values` are its words and numbers.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def limit(*, memory_mb: int, cpu_s: int, wall_s: int) -> None:
    """Bind this process for good: memory, processor, files (none may be written), descriptors, core dumps, clock time."""

    def bind(what: int, most: int, *, grace: int = 0) -> None:
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard - grace)
        resource.setrlimit(what, (most, most + grace))

    bind(resource.RLIMIT_AS, memory_mb * 1024 * 1024)
    bind(resource.RLIMIT_CPU, cpu_s, grace=1)  # first the signal that names the reason, then the kill
    bind(resource.RLIMIT_FSIZE, 0)
    bind(resource.RLIMIT_NOFILE, 32)
    bind(resource.RLIMIT_CORE, 0)
    # The parent kills on time; this bites where the parent itself was killed.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(wall_s + 1)


def answer(*, function: str, payload: bytes) -> tuple[bytes, bytes]:
    """Call `package.module:name` with the payload; the first value says how it went."""
    module, _, name = function.partition(":")
    try:
        called: Callable[[bytes], bytes] = getattr(import_module(module), name)
        return OK, called(payload)
    except Unusable as unusable:
        return UNUSABLE, json.dumps({"code": unusable.code, "values": unusable.values}).encode()
    except MemoryError:
        return OUT_OF_MEMORY, b""
    except Exception:  # noqa: BLE001 - whatever a parser raises on a hostile file is told to the parent, not handled
        return FAILED, traceback.format_exc(limit=-6)[-4000:].encode(errors="replace")


def main(function: str, memory_mb: int, cpu_s: int, wall_s: int) -> None:
    """Entry of the child: payload from standard input, one letter and the result to standard output."""
    limit(memory_mb=memory_mb, cpu_s=cpu_s, wall_s=wall_s)
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not mix with the result
    sys.setrecursionlimit(2000)
    gc.disable()  # a short life with large trees: looking for cycles would cost more than the work
    kind, result = answer(function=function, payload=sys.stdin.buffer.read())
    with os.fdopen(out, "wb") as pipe:
        pipe.write(kind)
        pipe.write(result)
    os._exit(0)  # nothing of this process is worth tidying up; it saves the time of freeing a large tree

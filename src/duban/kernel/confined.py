"""Running a pure function on somebody else's file in a process of its own that can do little and not for long."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from duban.kernel.confined_child import FAILED, OK, OUT_OF_MEMORY, UNUSABLE
from duban.kernel.errors import InvalidInput

log = logging.getLogger(__name__)

TOO_LONG = _("Reading the file takes too long; divide it into smaller files and upload them one by one")
TOO_BIG = _("Reading the file needs too much memory; divide it into smaller files and upload them one by one")
BROKEN = _("The file is damaged or not what its name says; open it in WPS or Office, save it again and upload that")

CHUNK = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one confined run may use: address space (MB), processor and clock time (s), size of the result (MB)."""

    memory_mb: int = 512
    cpu_s: int = 20
    wall_s: int = 30
    output_mb: int = 64


def run_confined(
    *, function: str, payload: bytes, limits: Limits, sentences: Mapping[str, object] | None = None
) -> bytes:
    """
    Call `function` ("package.module:name", bytes in and bytes out, importable without Django) in a fresh process.

    The process gets an empty environment, no descriptors but its pipes, and `limits`; it cannot write files. A function
    that raises `confined_child.Unusable(code, **values)` becomes InvalidInput with `sentences[code]`, whose {names} are
    filled from the values; its context carries `code` and `values`. Raises InvalidInput with one sentence when the
    process runs out of time or memory or dies; never waits longer than `limits.wall_s`.
    """
    kind, result = _exchange(function=function, payload=payload, limits=limits)
    if kind == OK:
        return result
    if kind == OUT_OF_MEMORY:
        raise InvalidInput(TOO_BIG)
    if kind == UNUSABLE:
        told = json.loads(result)
        values = told["values"]
        raise InvalidInput(sentence(told["code"], values, sentences or {}), code=told["code"], values=values)
    log.warning("confined %s failed: %s", function, result.decode(errors="replace"))
    raise InvalidInput(BROKEN)


def sentence(code: str, values: Mapping[str, object], sentences: Mapping[str, object]) -> object:
    """The sentence for a code that travelled out of a confined run, with its values filled in and translated late."""
    filled = {
        name: "、".join(str(part) for part in value) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return format_lazy(sentences.get(code, BROKEN), **filled)


@cache
def _command_start() -> list[str]:
    # -I -S: no environment, no user site, no .pth files; the parent's own path is all the child needs.
    boot = f"import sys; sys.path[:] = {[p for p in sys.path if p]!r}; from duban.kernel.confined_child import main; "
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", boot]


def _exchange(*, function: str, payload: bytes, limits: Limits) -> tuple[bytes, bytes]:
    start = list(_command_start())
    start[-1] += f"main({function!r}, {limits.memory_mb}, {limits.cpu_s}, {limits.wall_s})"
    until = time.monotonic() + limits.wall_s
    child = subprocess.Popen(
        start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/", close_fds=True
    )
    try:
        heard = _converse(child, payload, until=until, most=limits.output_mb * 1024 * 1024 + 1)
        if heard is None:
            raise InvalidInput(TOO_LONG)
        if len(heard) > limits.output_mb * 1024 * 1024:
            raise InvalidInput(TOO_BIG)
        status = child.wait(timeout=max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise InvalidInput(TOO_LONG) from None
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
    if -status in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        raise InvalidInput(TOO_LONG)
    if status != 0 or not heard:
        return FAILED, f"exit status {status}".encode()
    return heard[:1], heard[1:]


def _converse(child: "subprocess.Popen[bytes]", payload: bytes, *, until: float, most: int) -> bytes | None:
    """Write the payload and read the answer at the same time; None when the time is over."""
    assert child.stdin is not None
    assert child.stdout is not None
    left = memoryview(payload)
    heard: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as waiting:
        for pipe, event in ((child.stdin, selectors.EVENT_WRITE), (child.stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            waiting.register(pipe, event)
        while waiting.get_map():
            remaining = until - time.monotonic()
            if remaining <= 0:
                return None
            for key, _event in waiting.select(remaining):
                if key.fileobj is child.stdin:
                    try:
                        left = left[os.write(key.fd, left[:CHUNK]) :] if left else left
                    except BlockingIOError:
                        continue
                    except BrokenPipeError:
                        left = left[:0]
                    if not left:
                        waiting.unregister(child.stdin)
                        with suppress(OSError):
                            child.stdin.close()
                    continue
                part = os.read(key.fd, CHUNK)
                if not part:
                    waiting.unregister(child.stdout)
                else:
                    heard.append(part)
                    size += len(part)
                if size > most:
                    return b"".join(heard)
    return b"".join(heard)

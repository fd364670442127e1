"""Functions that a confined process runs in the tests of `duban.kernel.confined`."""

import json
import os
import sys
import time
from pathlib import Path

from duban.kernel.confined_child import Unusable


def echo(payload: bytes) -> bytes:
    return payload


def surroundings(payload: bytes) -> bytes:
    return json.dumps(
        {
            "environment": dict(os.environ),
            "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),
            "django": any(name.split(".")[0] == "django" for name in sys.modules),
        }
    ).encode()


def sleep(payload: bytes) -> bytes:
    time.sleep(60)
    return payload


def burn(payload: bytes) -> bytes:
    while True:
        payload = payload[::-1]


def hoard(payload: bytes) -> bytes:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def flood(payload: bytes) -> bytes:
    return b"x" * 40_000_000


def die(payload: bytes) -> bytes:
    os.abort()


def stumble(payload: bytes) -> bytes:
    raise KeyError("no such thing")


def chatter(payload: bytes) -> bytes:
    print("noise on standard output")
    return b"answer"


def write(payload: bytes) -> bytes:
    Path(payload.decode()).write_bytes(b"something")
    return b"written"


def refuse(payload: bytes) -> bytes:
    raise Unusable("odd", names=["甲", "乙"], most=3)

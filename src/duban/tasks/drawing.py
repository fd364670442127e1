"""A random draw that anybody can repeat: the seed and the population decide it, and nothing else."""

import hashlib
from collections.abc import Iterable


def drawn(*, seed: str, population: Iterable[int], size: int) -> list[int]:
    """Return `size` of the numbers, those whose SHA-256 of "seed:number" comes first, in that order."""
    return sorted(set(population), key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:size]


def size_of(*, population: int, percent: int | None, number: int | None) -> int:
    """Return how many are drawn: the number asked for, or the share rounded up; never more than there are."""
    wanted = number if number is not None else -(-population * (percent or 0) // 100)
    return min(population, wanted)

"""News upwards: a command publishes what happened; the table of reactions enqueues what follows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Reaction = Callable[[Any], object]
_reactions: Mapping[type, Sequence[Reaction]] | None = None


def install(reactions: Mapping[type, Sequence[Reaction]]) -> None:
    """Set the table of reactions, once, at start."""
    global _reactions
    if _reactions is not None:
        raise RuntimeError("the table of reactions is installed already")
    _reactions = reactions


def publish(event: object) -> None:
    """Run the reactions to the event in the transaction of the change; each only enqueues a job."""
    if _reactions is None:
        raise RuntimeError("no table of reactions is installed")
    for reaction in _reactions.get(type(event), ()):
        reaction(event)

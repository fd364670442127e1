"""Who acts, and whether they may. `access` loads the scopes; everything here is a pure function of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import NotAllowed


class Placed(Protocol):
    """Anything with a place in the unit tree."""

    @property
    def id(self) -> int: ...

    @property
    def path(self) -> str: ...


def path_end(path: str) -> str:
    """Return the first path after the whole subtree of `path` (paths end with "/", whose successor is "0")."""
    return path[:-1] + "0"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one capability holds: whole subtrees by path, and single listed units."""

    paths: tuple[str, ...] = ()
    unit_ids: frozenset[int] = frozenset()

    def covers(self, unit: Placed) -> bool:
        """Return whether the unit lies in the scope."""
        return unit.id in self.unit_ids or any(unit.path.startswith(path) for path in self.paths)

    def begins_at(self, unit: Placed) -> bool:
        """Return whether it names exactly this unit, singly or as the head of a subtree: not what merely lies below."""
        return unit.id in self.unit_ids or unit.path in self.paths

    @property
    def is_whole(self) -> bool:
        """Whether it covers the whole tree: the root's path is its own number and one stroke."""
        return any(path.count("/") == 1 for path in self.paths)

    @property
    def heads(self) -> list[int]:
        """The units at the head of its subtrees: a path is the numbers from the top down to the unit."""
        return [int(path.rstrip("/").rpartition("/")[2]) for path in self.paths]

    @property
    def is_empty(self) -> bool:
        return not self.paths and not self.unit_ids


NOWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Somebody who acts now, in at most one post, with everything they may do.

    `user_id` is None for the system itself. `unit_id` is the unit of the post in which they act.
    """

    user_id: int | None
    name: str
    person_id: int | None = None
    post_id: int | None = None
    post_title: str = ""
    unit_id: int | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    request_id: str = ""
    is_system: bool = False

    def scope(self, capability: str) -> Scope:
        """Return where this actor holds the capability."""
        return self.scopes.get(capability, NOWHERE)

    def holds(self, capability: str) -> bool:
        """Return whether this actor holds the capability anywhere."""
        return self.is_system or not self.scope(capability).is_empty

    @staticmethod
    def system(reason: str) -> "Actor":
        """Return the system acting for the reason named, which the audit record keeps."""
        return Actor(user_id=None, name=reason, is_system=True)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with the sentence that explains a refusal."""

    allowed: bool
    reason: object = ""

    def require(self) -> None:
        """
        Go on only if allowed.

        :raises NotAllowed: with the reason
        """
        if not self.allowed:
            raise NotAllowed(self.reason)

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


def denied(reason: object) -> Decision:
    """Return a refusal that names the rule and the way out."""
    return Decision(False, reason)


def decide(*, actor: Actor, capability: str, unit: Placed) -> Decision:
    """Return whether the actor holds the capability over the unit."""
    if actor.is_system or actor.scope(capability).covers(unit):
        return ALLOWED
    return denied(_("Your present post does not include this. Switch to another post, or ask your office."))


def merge_scopes(scopes: Iterable[Scope]) -> Scope:
    """Return one scope covering all; a path inside another path is dropped, and a single unit that heads a path."""
    paths: list[str] = []
    unit_ids: set[int] = set()
    given = list(scopes)
    for path in sorted({path for scope in given for path in scope.paths}):
        if not any(path.startswith(kept) for kept in paths):
            paths.append(path)
    for scope in given:
        unit_ids |= scope.unit_ids
    return Scope(tuple(paths), frozenset(unit_ids.difference(Scope(tuple(paths)).heads)))

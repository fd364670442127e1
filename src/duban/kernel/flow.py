"""Flow tables: which step leads from which status to which."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from duban.kernel.errors import IllegalStep


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a flow table."""

    name: str
    source: str
    target: str
    reason_required: bool = False


class Flow:
    """All steps of one status, in the order in which a page offers them."""

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self._by_name = {(step.name, step.source): step for step in steps}
        if len(self._by_name) != len(steps):
            raise ValueError("a step stands twice in the flow table")

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps)

    def steps_from(self, status: str) -> list[Step]:
        """Return the steps out of the status, in table order."""
        return [step for step in self._steps if step.source == status]

    def step(self, name: str, *, source: str) -> Step:
        """
        Return the step of that name out of that status.

        :raises IllegalStep: if the table has none
        """
        step = self._by_name.get((name, source))
        if step is None:
            raise IllegalStep(_("Meanwhile this item has moved on. Please look at its present state."))
        return step

"""One unit on one page (一页呈阅), for its principal: figures, and only the items that need a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from duban.campaigns import queries as campaigns
from duban.campaigns.models import Campaign
from duban.figures import queries as figures
from duban.kernel.authority import Actor, path_end
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.papers.layout.content import Content, Table, Text, chinese_day
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task
from duban.tasks.queries import Day
from duban.tasks.states import OPEN_STATUSES

# What one page of A4 bears beside the figures.
LISTED_ITEMS = 5
# Characters of an item that stand on one line.
LONGEST_ITEM = 28
_FIGURES = ("total", "done", "in_hand", "asked", "to_sign", "overdue", "near_due", "long_term")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the page of one unit; the figures are the unit's own and, beside them, with everything below it."""

    unit: Unit
    campaign: Campaign
    principal: str
    day: Day
    elapsed: float | None
    own: dict[str, int]
    with_below: dict[str, int]
    labels: dict[str, str]
    # Overdue and near, of the unit and everything below it that the reader may open, the earliest first.
    overdue: Sequence[Task]
    near: Sequence[Task]

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """Figures in order: label, the unit's own, with everything below."""
        return [(self.labels[name], self.own[name], self.with_below[name]) for name in _FIGURES]

    @property
    def unlisted_overdue(self) -> int:
        """Overdue items that the page has no room for."""
        return self.with_below["overdue"] - len(self.overdue)

    @property
    def unlisted_near(self) -> int:
        """Items near due that the page has no room for."""
        return self.with_below["near_due"] - len(self.near)


def unit_sheet(*, actor: Actor, campaign: Campaign, unit_id: int, today: date) -> Sheet:
    """
    Return one unit on one page.

    :raises NotFound: if this actor may not see the unit's tasks
    """
    unit = tasks.unit_in_view(actor=actor, unit_id=unit_id)
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    counted = [
        figures.sums(actor=actor, table=TASK_FIGURES, campaign_id=campaign.pk, whole=whole, alone=alone).get(
            unit.pk, dict.fromkeys(TASK_FIGURES.columns, 0)
        )
        for whole, alone in (((), [unit.pk]), ([unit.pk], ()))
    ]
    head = organisation.principals_of(actor=actor, unit_ids=[unit.pk], on=today).get(unit.pk)
    dated = (
        tasks.visible_tasks(actor=actor)
        .filter(
            unit__path__gte=unit.path,
            unit__path__lt=path_end(unit.path),
            campaign=campaign,
            status__in=OPEN_STATUSES,
        )
        .select_related("assignment", "unit")
        .order_by(F("agreed_due"), "pk")
    )
    return Sheet(
        unit=unit,
        campaign=campaign,
        principal=head.person.name if head else "",
        day=day,
        elapsed=campaigns.elapsed_share(actor=actor, campaign=campaign, on=day.as_of),
        own=counted[0],
        with_below=counted[1],
        labels={figure.name: str(figure.label) for figure in TASK_FIGURES.figures},
        overdue=list(dated.filter(agreed_due__lt=day.as_of)[:LISTED_ITEMS]),
        near=list(dated.filter(agreed_due__range=(day.as_of, day.near_until))[:LISTED_ITEMS]),
    )


def sheet_content(*, actor: Actor, sheet: Sheet) -> Content:
    """Return the same page as a paper, for Word and PDF."""
    done = sheet.own["done"] / sheet.own["total"] if sheet.own["total"] else None
    said = [f"{_('As of')} {chinese_day(sheet.day.as_of)}"]
    if sheet.principal:
        said.append(f"{_('Principal')}：{sheet.principal}")
    if sheet.elapsed is not None:
        said.append(f"{_('Time elapsed')} {sheet.elapsed:.0%}")
    if done is not None:
        said.append(f"{_('Share done')} {done:.0%}")
    table = Table(
        [_("What is counted"), _("The unit itself"), _("With everything below")],
        [6, 4, 4],
        [[label, str(own), str(below)] for label, own, below in sheet.rows],
    )
    blocks: list[Text | Table] = [Text("　".join(said)), table]
    for title, items, more in (
        (_("Overdue"), sheet.overdue, sheet.unlisted_overdue),
        (_("Near due"), sheet.near, sheet.unlisted_near),
    ):
        if items:
            blocks.append(
                Table(
                    [_("No."), _("Item"), _("By when")],
                    [1, 10, 3],
                    [[str(number), _cut(sheet.unit, task), _day(task)] for number, task in enumerate(items, start=1)],
                    caption=title
                    if more <= 0
                    else _("%(title)s (%(more)d more in the system)") % {"title": title, "more": more},
                )
            )
    return Content(title=f"{sheet.unit.name}{sheet.campaign.name}{_('on one page')}", blocks=blocks)


def _cut(unit: Unit, task: Task) -> str:
    words = task.assignment.wording
    if task.unit_id != unit.pk:
        words = f"{task.unit.shown_name}：{words}"
    return words if len(words) <= LONGEST_ITEM else words[: LONGEST_ITEM - 1] + "…"


def _day(task: Task) -> str:
    return task.agreed_due.isoformat() if task.agreed_due else ""

"""What a robot tells a group: the numbers of a unit with all below it, by unit in protocol order. Nobody is named."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from duban.campaigns.models import Campaign
from duban.campaigns.states import CampaignStatus
from duban.figures import queries as figures
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.shell.group_chat import fitted
from duban.shell.templatetags.shell import day as day_word
from duban.tasks import queries as tasks
from duban.tasks.figures import TASK_FIGURES

_NUMBERS = ("to_sign", "overdue", "near_due")


def group_text(*, actor: Actor, unit: Unit, link: str, most_bytes: int, today: date) -> str:
    """
    Return the text of the day for a unit's group, of all running campaigns there; empty if nothing has to be told.

    Numbers are those of the figures, true for their own as-of day. `link` may be empty.
    """
    lines: list[str] = []
    running = Campaign.objects.filter(status=CampaignStatus.RUNNING).select_related("root").order_by("pk")
    for campaign in running:
        if unit.path.startswith(campaign.root.path) or campaign.root.path.startswith(unit.path):
            lines += _of_campaign(actor, campaign, unit, today)
    if not lines:
        return ""
    foot = [_("See details: %(link)s") % {"link": link}] if link else []
    return fitted(head=lines[:1], lines=lines[1:], foot=foot, count=len(lines) - 1, most_bytes=most_bytes)


def _of_campaign(actor: Actor, campaign: Campaign, unit: Unit, today: date) -> list[str]:
    day = tasks.day_of(actor=actor, campaign_id=campaign.pk, today=today)
    below = list(Unit.objects.filter(organisation.in_force(on=day.as_of), parent=unit).order_by("order_path", "pk"))
    sums = figures.sums(
        actor=actor,
        table=TASK_FIGURES,
        campaign_id=campaign.pk,
        whole=[unit.pk, *(one.pk for one in below)],
    )
    whole = _words(sums.get(unit.pk, {}))
    if not whole:
        return []
    head = _("%(campaign)s · %(unit)s (as of %(day)s): %(counts)s") % {
        "campaign": campaign.name,
        "unit": unit.shown_name,
        "day": day_word(day.as_of),
        "counts": whole,
    }
    rows = [(one.shown_name, _words(sums.get(one.pk, {}))) for one in below]
    return [head, *(_("%(unit)s: %(counts)s") % {"unit": name, "counts": words} for name, words in rows if words)]


def _words(sums: dict[str, int]) -> str:
    labels = {
        "to_sign": _("%(count)d unsigned"),
        "overdue": _("%(count)d overdue"),
        "near_due": _("%(count)d near due"),
    }
    return pgettext("counts of a unit", ", ").join(
        labels[name] % {"count": sums[name]} for name in _NUMBERS if sums.get(name)
    )

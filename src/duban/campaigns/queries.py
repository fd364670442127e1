"""Reading campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from duban.campaigns.models import Campaign
from duban.campaigns.policy import CampaignCapability, may_edit
from duban.campaigns.states import CAMPAIGN_FLOW, CampaignStatus
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import NotAllowed, NotFound
from duban.kernel.rows import Part, cut_up
from duban.organisation import queries as organisation
from duban.organisation.models import Closure, Unit
from duban.organisation.policy import OrganisationCapability

MOST_ROOTS = 200
_CURRENT_PARTS = (Part(Campaign, "campaign"), Part(Unit, "root"))


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as the list shows it, with the steps that this actor may take now."""

    campaign: Campaign
    elapsed: float | None
    steps: Sequence[str]


def visible_campaigns(*, actor: Actor) -> QuerySet[Campaign]:
    """
    Return the campaigns that this actor takes part in.

    A campaign is seen by everybody whose units lie at or below its root, or who see its root from above.
    """
    campaigns = Campaign.objects.select_related("root").order_by("kind", "-starts_on", "id")
    if actor.is_system:
        return campaigns
    scope = actor.scope(OrganisationCapability.VIEW)
    if scope.is_empty:
        return campaigns.none()
    return campaigns.filter(_touching(scope))


def _touching(scope: Scope) -> Q:
    above = Closure.objects.filter(descendant_id__in=list(scope.unit_ids)).values("ancestor_id")
    touching = organisation.scope_filter(scope=scope, unit="root") | Q(root_id__in=above)
    return touching | Q(root_id__in=_above(scope))


def _above(scope: Scope) -> list[int]:
    """Return every unit on the way from the root to the heads of the scope's subtrees."""
    return [int(number) for path in scope.paths for number in path.split("/")[:-1]]


def get_campaign(*, actor: Actor, campaign_id: int) -> Campaign:
    """
    Return one campaign.

    :raises NotFound: if there is none, or this actor has no part in it
    """
    campaign = visible_campaigns(actor=actor).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign


# By hand: it stands before every page. The same campaigns as `visible_campaigns`, in the order of choice.
_CURRENT = f"""
SELECT {", ".join(part.sql for part in _CURRENT_PARTS)}
  FROM campaigns_campaign campaign JOIN organisation_unit root ON root.id = campaign.root_id
 WHERE %(everything)s
    OR campaign.root_id = ANY(%(above)s)
    OR campaign.root_id = ANY(%(units)s)
    OR campaign.root_id IN (SELECT ancestor_id FROM organisation_closure WHERE descendant_id = ANY(%(units)s))
    OR EXISTS (SELECT FROM unnest(%(paths)s::text[]) AS scope (path) WHERE starts_with(root.path, scope.path))
 ORDER BY campaign.id = %(chosen)s DESC, campaign.status = %(running)s DESC,
          campaign.kind, campaign.starts_on DESC, campaign.id
 LIMIT 1
"""


def current_campaign(*, actor: Actor, chosen: int | None = None) -> Campaign | None:
    """Return the campaign that a page shows: the chosen one, else the newest that runs, else the newest of all."""
    scope = actor.scope(OrganisationCapability.VIEW)
    given: dict[str, Any] = {
        "everything": actor.is_system,
        "units": list(scope.unit_ids),
        "paths": list(scope.paths),
        "above": _above(scope),
        # No campaign has the number 0.
        "chosen": chosen or 0,
        "running": CampaignStatus.RUNNING,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT, given)
        row = cursor.fetchone()
    if row is None:
        return None
    campaign: Campaign
    campaign, campaign.root = cut_up(row, *_CURRENT_PARTS)
    return campaign


def elapsed_share(*, actor: Actor, campaign: Campaign, on: date) -> float | None:
    """Return the share of the campaign's time that has passed by the day, 0 to 1; None for standing work."""
    if campaign.planned_end_on is None:
        return None
    whole = (campaign.planned_end_on - campaign.starts_on).days
    return min(1.0, max(0.0, (on - campaign.starts_on).days / whole))


def campaign_lines(*, actor: Actor, on: date) -> list[CampaignLine]:
    """Return the visible campaigns with what this actor may do with them."""
    return [
        CampaignLine(
            campaign=campaign,
            elapsed=elapsed_share(actor=actor, campaign=campaign, on=on),
            steps=[step.name for step in CAMPAIGN_FLOW.steps_from(campaign.status) if may_edit(actor, campaign)],
        )
        for campaign in visible_campaigns(actor=actor)
    ]


def may_create(*, actor: Actor) -> bool:
    """Return whether this actor runs campaigns anywhere."""
    return actor.holds(CampaignCapability.EDIT)


def possible_roots(*, actor: Actor) -> list[tuple[int, str]]:
    """
    Return the units at whose head this actor may set a campaign, the highest first: number and name.

    :raises NotAllowed: if there is none
    """
    if not may_create(actor=actor):
        raise NotAllowed(_("Campaigns are run by the head of the campaign office."))
    units = organisation.units_where(actor=actor, capability=CampaignCapability.EDIT)
    return list(units.order_by("depth", "order_path").values_list("pk", "name")[:MOST_ROOTS])

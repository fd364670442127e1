"""Changing campaigns."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.campaigns.models import Campaign
from duban.campaigns.policy import CampaignCapability, may_edit
from duban.campaigns.queries import get_campaign
from duban.campaigns.states import CAMPAIGN_FLOW, CampaignKind, CampaignStatus
from duban.kernel.authority import Actor, decide
from duban.kernel.errors import InvalidInput
from duban.organisation import queries as organisation


@transaction.atomic
def create_campaign(
    *,
    actor: Actor,
    name: str,
    root_id: int,
    starts_on: date,
    planned_end_on: date | None,
    at: datetime,
    kind: str = CampaignKind.EDUCATION,
    vocabulary: Mapping[str, str] | None = None,
) -> Campaign:
    """
    Create a campaign for a unit and everything below it.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor may not run campaigns there
    :raises InvalidInput: if the name is empty or the end does not come after the start
    """
    root = organisation.get_unit(actor=actor, unit_id=root_id)
    decide(actor=actor, capability=CampaignCapability.EDIT, unit=root).require()
    if not name.strip():
        raise InvalidInput(_("Please give the campaign a name."))
    if planned_end_on is not None and planned_end_on <= starts_on:
        raise InvalidInput(_("The planned end must come after the start."))

    campaign = Campaign.objects.create(
        name=name.strip(),
        kind=kind,
        root=root,
        starts_on=starts_on,
        planned_end_on=planned_end_on,
        vocabulary=dict(vocabulary or {}),
    )
    audit.record(
        actor=actor,
        verb="campaign.create",
        object_kind="campaign",
        object_id=campaign.pk,
        unit_id=root.pk,
        at=at,
        payload={"name": campaign.name, "kind": kind, "starts_on": starts_on, "planned_end_on": planned_end_on},
    )
    return campaign


@transaction.atomic
def take_step(*, actor: Actor, campaign_id: int, step_name: str, at: datetime, reason: str = "") -> Campaign:
    """
    Move a campaign one step along its flow.

    :raises NotFound: if this actor has no part in it
    :raises NotAllowed: if this actor may not run it
    :raises IllegalStep: if its status does not permit the step
    :raises InvalidInput: if the step needs a reason and none was given
    """
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("root").get(pk=campaign.pk)

    may_edit(actor, campaign).require()
    step = CAMPAIGN_FLOW.step(step_name, source=campaign.status)
    if step.reason_required and not reason.strip():
        raise InvalidInput(_("Please give a reason."))

    campaign.status = step.target
    campaign.save(update_fields=["status"])

    audit.record(
        actor=actor,
        verb=f"campaign.{step.name}",
        object_kind="campaign",
        object_id=campaign.pk,
        unit_id=campaign.root_id,
        at=at,
        payload={"reason": reason},
    )
    return campaign


@transaction.atomic
def take_over_campaigns(*, actor: Actor, at: datetime) -> int:
    """
    Give the campaigns of units that ended to their successors; may run twice. Returns how many.

    The standing work of an office stays with its unit and ends where the successor has its own: there is one each.
    """
    heirs = organisation.heirs(actor=actor)
    open_ones = Campaign.objects.exclude(status=CampaignStatus.ENDED)
    found = list(open_ones.select_for_update().filter(root_id__any_of=list(heirs)).order_by("pk"))
    standing = set(
        Campaign.objects.filter(kind=CampaignKind.OFFICE, root_id__any_of=list(heirs.values())).values_list(
            "root_id", flat=True
        )
    )
    events = []
    for campaign in found:
        before, heir = campaign.root_id, heirs[campaign.root_id]
        if campaign.kind == CampaignKind.OFFICE and heir in standing:
            campaign.status = CampaignStatus.ENDED
        else:
            campaign.root_id = heir
            if campaign.kind == CampaignKind.OFFICE:
                standing.add(heir)
        campaign.save(update_fields=["root", "status"])
        payload = {"from": before, "ended": campaign.status == CampaignStatus.ENDED}
        events.append(audit.Event("campaign.take_over", "campaign", campaign.pk, heir, payload))
    audit.record_many(actor=actor, at=at, events=events)
    return len(found)

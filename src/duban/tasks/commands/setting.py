"""What an office sets for its campaign, and the two ways out of too many answers."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.tasks import policy, queries
from duban.tasks.commands.drafting import locked_draft
from duban.tasks.models import Assignment, Limits
from duban.tasks.states import ClosingMode, Target

MOST_ANSWERS = 20_000
MOST_WEEKS = 52


@transaction.atomic
def set_limits(
    *,
    actor: Actor,
    campaign_id: int,
    answers_per_checker: int,
    consent_above: int | None,
    quiet_weeks: int | None = None,
    at: datetime,
) -> Limits:
    """
    Set how many answers one checking unit may be given, above how many units a head has to consent first, and what is a gap.

    `consent_above` None: no assignment needs consent beforehand. `quiet_weeks`: more weeks in a row without a record are
    shown to the unit and its contact as a gap; None leaves it as it is.

    :raises NotFound: if this actor cannot see the campaign
    :raises NotAllowed: if this actor is no head of its office
    :raises InvalidInput: if a number makes no sense
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    policy.may_set_limits(actor, campaign.root).require()
    if not 1 <= answers_per_checker <= MOST_ANSWERS:
        message = _("Please give a number between 1 and 20,000.")
        raise InvalidInput(message, fields={"answers_per_checker": message})
    if consent_above is not None and consent_above < 0:
        message = _("Please give a number of units, or leave it empty.")
        raise InvalidInput(message, fields={"consent_above": message})
    if quiet_weeks is None:
        quiet_weeks = queries.limits_of(actor=actor, campaign_id=campaign.pk).quiet_weeks
    if not 1 <= quiet_weeks <= MOST_WEEKS:
        message = _("Please give a number of weeks between 1 and 52.")
        raise InvalidInput(message, fields={"quiet_weeks": message})
    found, _made = Limits.objects.update_or_create(
        campaign=campaign,
        defaults={
            "answers_per_checker": answers_per_checker,
            "consent_above": consent_above,
            "quiet_weeks": quiet_weeks,
            "changed_by": actor.user_id,
            "changed_at": at,
        },
    )
    audit.record(
        actor=actor,
        verb="limits.set",
        object_kind="campaign",
        object_id=campaign.pk,
        unit_id=campaign.root_id,
        at=at,
        payload={
            "answers_per_checker": answers_per_checker,
            "consent_above": consent_above,
            "quiet_weeks": quiet_weeks,
        },
    )
    return found


@transaction.atomic
def lighten_draft(*, actor: Actor, assignment_id: int, way: str, at: datetime) -> Assignment:
    """
    Change a draft that gives its checkers too many answers: "declare" (报备制) or "by_level" (逐级转办).

    By level it goes to the units right below that stand above the chosen ones; whom it is for in the end is kept in
    its remark.

    :raises NotFound: if this actor's office did not write it
    :raises IllegalStep: if it is no draft
    :raises InvalidInput: if there is no level between
    """
    assignment = locked_draft(actor=actor, assignment_id=assignment_id)
    if way == "declare":
        assignment.closing_mode = ClosingMode.DECLARE
    else:
        below = queries.next_level(actor=actor, assignment=assignment, on=timezone.localdate(at))
        if way != "by_level" or not below:
            raise InvalidInput(_("There is no level between. Let the units declare it done, or choose fewer."))
        end = queries.owner_words_of(actor=actor, assignment=assignment)
        told = gettext("Level by level; in the end for: %(units)s") % {"units": end}
        assignment.remark = f"{assignment.remark}\n{told}".strip()
        assignment.target = Target.LISTED
        assignment.target_rule = {"units": below}
    assignment.version += 1
    assignment.changed_by = actor.user_id
    assignment.save(update_fields=["closing_mode", "remark", "target", "target_rule", "version", "changed_by"])
    audit.record(
        actor=actor,
        verb="assignment.change",
        object_kind="assignment",
        object_id=assignment.pk,
        unit_id=assignment.assigner_id,
        at=at,
        payload={"way": way, "closing_mode": assignment.closing_mode, "target": assignment.target},
    )
    return assignment

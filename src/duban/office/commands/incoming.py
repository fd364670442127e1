"""Registering what an upper level wants: from whom, what, by when, who — one task in one step."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.campaigns import queries as campaigns
from duban.directives import commands as directives
from duban.directives.models import Document
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed
from duban.office.queries import about, instructed_office
from duban.tasks import commands as tasks
from duban.tasks import queries
from duban.tasks.models import Assignment


@dataclass(frozen=True, slots=True)
class Registered:
    """The paper that was registered, and the assignment that was issued for it."""

    document: Document
    assignment: Assignment


@transaction.atomic
def register_wanted(
    *, actor: Actor, campaign_id: int, kind: str, giver: str, matter: str, due: str, owner: str, at: datetime
) -> Registered:
    """
    Register a call, a paper or an instruction and issue the one task that it asks for (R-627).

    `due` and `owner` are words as in the breakdown table: 11月28日前, 市水利局, 各县区.

    :raises NotFound: if this actor cannot see the campaign
    :raises NotAllowed: if this actor assigns nothing
    :raises InvalidInput: with a sentence for each field that cannot be used
    """
    # What somebody may not see is not there for them, whatever else they may not do.
    campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    offices = queries.assigning_units(actor=actor)
    if not offices:
        raise NotAllowed(_("Your present post does not assign items."))
    registered = directives.register_incoming(
        actor=actor,
        campaign_id=campaign_id,
        unit_id=offices[0].pk,
        kind=kind,
        giver=giver,
        matter=matter,
        deadline=due,
        at=at,
    )
    draft = tasks.draft_from_words(
        actor=actor,
        campaign_id=campaign_id,
        assigner_id=offices[0].pk,
        words={"wording": matter, "owner": owner, "due": due},
        is_key=False,
        requirement_id=registered.requirement.pk,
        source_path=queries.requirement_path(actor=actor, requirement_id=registered.requirement.pk),
        at=at,
    )
    issued = tasks.issue(actor=actor, assignment_id=draft.pk, at=at)
    return Registered(registered.document, issued)


@transaction.atomic
def instruct(
    *,
    actor: Actor,
    campaign_id: int,
    words: str,
    at: datetime,
    matter_id: int | None = None,
    task_id: int | None = None,
    given_on: date | None = None,
) -> Document:
    """
    Write an instruction of a member of the leading group (批示意见) for their own office: a source of tasks, no vote.

    It may be about a matter of the office or about an item. The office finds it among its papers and decides what
    becomes of it; nobody below reads it before it is assigned.

    :raises NotFound: if this actor cannot see the campaign, the matter or the item
    :raises NotAllowed: if this actor is no member of a leading group
    :raises InvalidInput: as for `directives.commands.write_instruction`
    """
    campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    unit = instructed_office(actor=actor)
    concerns = about(actor=actor, matter_id=matter_id, task_id=task_id)
    return directives.write_instruction(
        actor=actor,
        campaign_id=campaign_id,
        unit_id=unit.pk,
        words=words,
        concerns=concerns,
        given_on=given_on,
        at=at,
    ).document

"""Panels beside papers and meetings that need tasks: what became of the requirements, where nothing but forwarding was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duban.campaigns.models import Campaign
from duban.directives import queries as directives
from duban.directives.models import Meeting, Passing, Requirement, UnitPassing
from duban.directives.states import FORWARDING, RequirementStatus
from duban.kernel.authority import Actor
from duban.tasks import queries as tasks
from duban.tasks.models import Assignment
from duban.tasks.queries import Day, Following
from duban.workbooks.listing import Column, Listing


@dataclass(frozen=True, slots=True)
class FollowedLine:
    """One requirement of one speech, and what became of it."""

    # Place of the speech in the meeting, and its speaker as registered.
    speech: int
    speaker: str
    requirement: Requirement
    following: Following


@dataclass(frozen=True, slots=True)
class Followed:
    """The requirements of all speeches of a meeting together (R-721)."""

    meeting: Meeting
    lines: list[FollowedLine]
    total: Following
    # Requirements by what was decided about them.
    decided: dict[str, int]
    day: Day

    @property
    def waiting(self) -> int:
        """How many requirements still wait for a decision."""
        return self.decided.get(RequirementStatus.PROPOSED, 0)


def followed_meeting(*, actor: Actor, meeting_id: int, today: date) -> Followed:
    """
    Return what became of the requirements of all speeches of a meeting, in their order.

    Those that were set aside as principles are counted and not listed.

    :raises NotFound: if there is no such meeting, or this actor may not see it
    """
    meeting = directives.get_meeting(actor=actor, meeting_id=meeting_id)
    speeches = directives.texts_held(actor=actor, meeting_id=meeting_id)
    day = tasks.day_of(actor=actor, campaign_id=meeting.campaign_id, today=today)
    by_document = {speech.document_id: speech for speech in speeches}
    requirements = list(directives.visible_requirements(actor=actor).filter(document__in=list(by_document)))
    found = tasks.following(
        actor=actor, requirement_ids=[requirement.pk for requirement in requirements], as_of=day.as_of
    )
    decided: dict[str, int] = {}
    lines = []
    for requirement in requirements:
        decided[requirement.status] = decided.get(requirement.status, 0) + 1
        if requirement.status != RequirementStatus.NOT_DECOMPOSED:
            speech = by_document[requirement.document_id]
            speaker = (speech.person.name or speech.person.title) if speech.person is not None else ""
            lines.append(FollowedLine(speech.position, speaker, requirement, found.get(requirement.pk, Following())))
    lines.sort(key=lambda line: (line.speech, line.requirement.start))
    return Followed(meeting, lines, _sum([line.following for line in lines]), decided, day)


def followed_listing(*, actor: Actor, found: Followed) -> Listing:
    """Return the same lines for Excel and Word."""
    return Listing(
        title=_("What became of the requirements"),
        scope=found.meeting.title,
        filters="",
        as_of=found.day.as_of,
        columns=[
            Column("speech", _("Speech"), "integer", 7),
            Column("speaker", _("Speaker")),
            Column("number", _("No."), "integer", 6),
            Column("sentence", _("Requirement"), width=50),
            Column("state", _("State")),
            Column("assignments", _("Assignments"), "integer", 8),
            Column("owed", _("Owed"), "integer", 8),
            Column("done", _("Done"), "integer", 8),
            Column("overdue", _("Overdue"), "integer", 8),
        ],
        rows=[
            [
                line.speech,
                line.speaker,
                line.requirement.position,
                line.requirement.sentence,
                str(RequirementStatus(line.requirement.status).label),
                line.following.assignments,
                line.following.owed,
                line.following.done,
                line.following.overdue,
            ]
            for line in found.lines
        ],
    )


@dataclass(frozen=True, slots=True)
class Touched:
    """One assignment made of a local item that carries out an upper paper, or is changed by it (R-717)."""

    assignment: Assignment
    following: Following


def touched_assignments(*, actor: Actor, document_id: int, today: date) -> list[Touched]:
    """
    Return the assignments of this actor's office that an upper paper touches, through the local items below it.

    :raises NotFound: if there is no such paper, or this actor may not see it
    """
    document = directives.get_document(actor=actor, document_id=document_id)
    ids = directives.local_requirements(actor=actor, document=document)
    day = tasks.day_of(actor=actor, campaign_id=document.campaign_id, today=today)
    found = tasks.following(actor=actor, requirement_ids=ids, as_of=day.as_of)
    return [
        Touched(assignment, found.get(assignment.requirement_id or 0, Following()))
        for assignment in tasks.made_of(actor=actor, requirement_ids=ids)
    ]


def only_forwarded(*, actor: Actor, passing_id: int) -> list[UnitPassing]:
    """
    Return the units that recorded a paper as forwarded or read out, and nothing derived from it stands in the system.

    A hint for the office and the unit (R-695): it is no list of neglect, and enters no file, report or comparison.

    :raises NotFound: if there is none, or it concerns no unit in this actor's view
    """
    rows = directives.recorded_of_passing(actor=actor, passing_id=passing_id)
    passing = directives.get_passing(actor=actor, passing_id=passing_id)
    return _without_more(actor, [(row, passing) for row in rows])


def only_forwarded_here(*, actor: Actor, campaign: Campaign) -> list[UnitPassing]:
    """Return the papers that the unit of the present post forwarded or read out, without anything derived (R-695)."""
    if actor.unit_id is None:
        return []
    rows = directives.recorded_of_unit(actor=actor, unit_id=actor.unit_id, campaign_id=campaign.pk)
    return _without_more(actor, [(row, row.passing) for row in rows])


def _without_more(actor: Actor, pairs: Sequence[tuple[UnitPassing, Passing]]) -> list[UnitPassing]:
    pairs = [(row, passing) for row, passing in pairs if row.manner in FORWARDING]
    texts = directives.texts_of(actor=actor, passings=list({passing.pk: passing for _row, passing in pairs}.values()))
    leads_to = directives.below(actor=actor, document_ids=set().union(*texts.values()))
    units = {row.unit_id for row, _passing in pairs}
    own = {
        (leads_to[document_id], unit_id)
        for document_id, unit_id in tasks.derived(actor=actor, document_ids=list(leads_to), unit_ids=units)
    } | {
        (leads_to[document_id], unit_id)
        for document_id, unit_id in directives.derived_units(actor=actor, document_ids=list(leads_to))
    }
    return [
        row for row, passing in pairs if not any((document_id, row.unit_id) in own for document_id in texts[passing.pk])
    ]


def _sum(parts: Sequence[Following]) -> Following:
    return Following(
        sum(part.assignments for part in parts),
        sum(part.owed for part in parts),
        sum(part.done for part in parts),
        sum(part.overdue for part in parts),
    )

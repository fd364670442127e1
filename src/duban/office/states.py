"""Kinds of matters of an office, what each of them has, and the one way in which they end."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from duban.kernel.flow import Flow, Step


class MatterKind(TextChoices):
    QUESTION = "question", _("Question of a unit")
    COORDINATION = "coordination", _("Asked to coordinate")
    UPWARD = "upward", _("Question to the upper level")
    EXPERIENCE = "experience", _("Solutions and arrangements")
    DECISION = "decision", _("Paper for decision")
    MEETING = "meeting", _("Office meeting")
    ACTIVITY = "activity", _("Major activity")
    VISIT = "visit", _("Visit of a leader")
    SERVICE = "service", _("Whom we serve")
    CHECKLIST = "checklist", _("Checklist")


class DutyKind(TextChoices):
    """What a unit does besides the campaign, and what its campaign items go with (R-652, R-659)."""

    CENTRAL = "central", _("Central work")
    PARTY = "party", _("Party building")
    SERVICE = "service", _("Service to people")
    OTHER = "other", _("Other duty")


class MatterStatus(TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Settled")


MATTER_FLOW = Flow(
    Step("settle", MatterStatus.OPEN, MatterStatus.CLOSED, reason_required=True),
)


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of matter has besides its title; the words of its date and of what settles it."""

    fields: tuple[str, ...]
    # What the date is; empty: it has none.
    date_word: object
    # What settles it; empty: it stands until somebody ends it.
    outcome_word: object
    has_steps: bool = False
    # Units below may open it; the office above them settles it.
    is_asked_by_units: bool = False
    # Seen by the leading group.
    is_for_leaders: bool = False
    # May be shown to all units below once it is settled.
    is_knowledge: bool = False


RULES: dict[str, KindRule] = {
    MatterKind.QUESTION: KindRule(
        ("title", "text"), _("Answer by"), _("Answer"), is_asked_by_units=True, is_knowledge=True
    ),
    MatterKind.COORDINATION: KindRule(
        ("title", "text"), _("Answer by"), _("Result"), is_asked_by_units=True, is_for_leaders=True
    ),
    MatterKind.UPWARD: KindRule(("title", "text", "addressee"), _("Asked on"), _("Answer"), is_knowledge=True),
    MatterKind.EXPERIENCE: KindRule(("title", "text"), "", "", is_knowledge=True),
    MatterKind.DECISION: KindRule(
        ("title", "text", "addressee", "due_on", "options"), _("To be decided by"), _("Decision"), is_for_leaders=True
    ),
    MatterKind.MEETING: KindRule(
        ("title", "text", "due_on", "interval_days", "checklist"), _("Held on"), _("Minutes"), has_steps=True
    ),
    MatterKind.ACTIVITY: KindRule(
        ("title", "text", "addressee", "due_on", "checklist"),
        _("Takes place on"),
        _("How it went"),
        has_steps=True,
        is_for_leaders=True,
    ),
    MatterKind.VISIT: KindRule(
        ("title", "text", "addressee", "unit", "due_on", "checklist"),
        _("Takes place on"),
        _("How it went"),
        has_steps=True,
        is_for_leaders=True,
    ),
    MatterKind.SERVICE: KindRule(("title", "text"), "", "", has_steps=True),
    MatterKind.CHECKLIST: KindRule(("title", "text"), "", "", has_steps=True),
}

# A unit's question is answered within so many working days.
ANSWER_WORKDAYS = 3

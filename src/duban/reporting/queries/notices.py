"""The notice of an assignment (交办通知单): proposed from what the assignment says, changed by the office, then numbered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation import queries as organisation
from duban.papers import queries as papers
from duban.papers.layout.content import Annex, Content, Table, Text
from duban.papers.models import Paper
from duban.reporting.models import Notice
from duban.tasks import queries as tasks
from duban.tasks.models import Assignment

# Names of units in the line of addressees; more are written as their class.
NAMED_ADDRESSEES = 12
# What stands in the words of a notice and is filled from the register on the day of the paper.
FILLED = {"｛单位数｝": "units", "｛党组织数｝": "organisations", "｛党员数｝": "members"}
_WIDTHS = (4, 26, 12, 10, 12, 10, 14)


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What the office writes in a notice; everything else comes from the assignment."""

    title: str
    addressees: str
    opening: str
    closing: str = ""
    word: str = ""
    red_head: str = ""
    copies_to: str = ""
    contact: str = ""


def notice_proposal(*, actor: Actor, assignment_id: int) -> NoticeWords:
    """
    Return the words of a notice as the assignment suggests them.

    :raises NotFound: if there is no such assignment of this actor's office
    """
    page = _issued(actor, assignment_id)
    assignment = page.assignment
    named = [unit.name for unit in page.units] if 0 < page.count <= NAMED_ADDRESSEES else []
    in_use = papers.words_in_use(actor=actor, unit_id=assignment.assigner_id)
    return NoticeWords(
        title=_("Notice on assigning “%(matter)s”") % {"matter": _short(assignment)},
        addressees="，".join(named) or str(page.owner_words),
        opening=_(
            "The item below is assigned to you. Please sign for it in the system and finish it by the date named."
        ),
        closing=_("Progress and completion are reported in the system; no further paper is asked for."),
        word=in_use[0] if in_use else "",
        red_head=f"{assignment.assigner.name}文件",
        contact=assignment.contact,
    )


def draft_notice(*, actor: Actor, assignment_id: int, words: NoticeWords, on: date) -> Content:
    """
    Return the notice without a number, as it would be issued on the day.

    :raises NotFound: if there is no such assignment of this actor's office
    :raises InvalidInput: without a title or addressees, or for an assignment that is not issued
    """
    page = _issued(actor, assignment_id)
    assignment = page.assignment
    for field, value in (("title", words.title), ("addressees", words.addressees)):
        if not value.strip():
            sentence = _("Write this field; the paper cannot go without it.")
            raise InvalidInput(sentence, fields={field: sentence})
    filled = _Filled(actor, assignment, on)
    blocks = [Text(filled(part)) for part in words.opening.splitlines() if part.strip()]
    blocks += [Text(f"{number}.{line}", 3) for number, line in enumerate(_lines(assignment), start=1)]
    blocks += [Text(filled(part)) for part in words.closing.splitlines() if part.strip()]
    row = [
        "1",
        assignment.wording,
        assignment.standard,
        assignment.lead_person,
        str(page.owner_words),
        "、".join(unit.name for unit in page.helpers),
        _due(assignment),
    ]
    titles = [_("No."), _("What is to be done"), _("Standard and form of result"), _("Leader in charge")]
    titles += [_("Owner unit"), _("Helping units"), _("By when")]
    return Content(
        title=filled(words.title.strip()),
        blocks=blocks,
        red_head=words.red_head.strip(),
        addressees=words.addressees.strip().rstrip("：:"),
        issuer=assignment.assigner.name,
        issued_on=on,
        note=words.contact.strip(),
        annexes=[Annex(_("Task breakdown table"), [Table(titles, list(_WIDTHS), [row])], is_landscape=True)],
        copies_to=words.copies_to.strip().rstrip("。"),
        printed_by=assignment.assigner.name,
        is_draft=True,
    )


def issued_notices(*, actor: Actor, assignment_id: int) -> Sequence[Paper]:
    """
    Return the notices issued for an assignment, the newest first.

    :raises NotFound: if there is no such assignment of this actor's office
    """
    tasks.get_assignment(actor=actor, assignment_id=assignment_id)
    ids = Notice.objects.filter(assignment_id=assignment_id).values_list("paper_id", flat=True)
    return papers.papers(actor=actor, ids=list(ids))


def get_notice(*, actor: Actor, assignment_id: int, paper_id: int) -> Paper:
    """
    Return one notice of an assignment.

    :raises NotFound: if there is none, or another office wrote the assignment
    """
    found = next(
        (paper for paper in issued_notices(actor=actor, assignment_id=assignment_id) if paper.pk == paper_id), None
    )
    if found is None:
        raise NotFound(_("There is no such paper."))
    return found


def replaced_faces(*, actor: Actor) -> list[tuple[str, str]]:
    """Return which faces of the standard this machine lacks, and what stands in for each in a PDF."""
    return papers.replaced_faces(actor=actor)


def _issued(actor: Actor, assignment_id: int) -> tasks.AssignmentPage:
    assignment = tasks.get_assignment(actor=actor, assignment_id=assignment_id)
    if assignment.issued_at is None:
        raise InvalidInput(_("A notice is written for what is issued. Issue the assignment first."))
    return tasks.assignment_page(actor=actor, assignment_id=assignment_id, at=assignment.issued_at)


def _due(assignment: Assignment) -> str:
    return assignment.due_text or (assignment.due_on.isoformat() if assignment.due_on else "")


def _short(assignment: Assignment) -> str:
    words = assignment.wording
    return words if len(words) <= 24 else words[:23] + "…"


def _lines(assignment: Assignment) -> list[str]:
    said = [
        (_("What is to be done"), assignment.wording),
        (_("Why: the original words"), f"“{assignment.source_sentence}”" if assignment.source_sentence else ""),
        (_("Standard and form of result"), assignment.standard),
        (_("By when"), _due(assignment)),
        (_("Leader in charge"), assignment.lead_person),
    ]
    return [f"{label}：{value}" for label, value in said if value]


class _Filled:
    """Fills the places of a text from the register; counted once, and only if something is to be filled."""

    def __init__(self, actor: Actor, assignment: Assignment, on: date) -> None:
        self.given = (actor, assignment, on)
        self.numbers: organisation.Numbers | None = None

    def __call__(self, words: str) -> str:
        for place, name in FILLED.items():
            if place in words:
                if self.numbers is None:
                    actor, assignment, on = self.given
                    self.numbers = organisation.count_organisations(actor=actor, on=on, unit_id=assignment.assigner_id)
                words = words.replace(place, str(getattr(self.numbers, name)))
        return words

"""Issuing notices: the paper takes its number, and the assignment keeps the link to it."""

from datetime import date, datetime

from django.db import transaction

from duban.kernel.authority import Actor
from duban.papers import commands as papers
from duban.papers.models import Paper
from duban.reporting import queries
from duban.reporting.models import Notice
from duban.reporting.queries import NoticeWords
from duban.tasks import queries as tasks


@transaction.atomic
def issue_notice(*, actor: Actor, assignment_id: int, words: NoticeWords, on: date, at: datetime) -> Paper:
    """
    Number a notice and keep it with its assignment.

    :raises NotFound: if there is no such assignment of this actor's office
    :raises NotAllowed: if this actor issues no papers for the office
    :raises InvalidInput: without a title, addressees or a word for the series
    """
    assignment = tasks.get_assignment(actor=actor, assignment_id=assignment_id)
    content = queries.draft_notice(actor=actor, assignment_id=assignment_id, words=words, on=on)
    paper = papers.issue_paper(actor=actor, unit=assignment.assigner, word=words.word, content=content, on=on, at=at)
    Notice.objects.create(paper=paper, assignment=assignment)
    return paper


def void_notice(*, actor: Actor, assignment_id: int, paper_id: int, reason: str, at: datetime) -> Paper:
    """
    Declare a notice void; its number stays taken.

    :raises NotFound: if there is no such notice of this actor's office
    :raises NotAllowed: if this actor issues no papers for the office
    :raises InvalidInput: without a reason
    :raises IllegalStep: if it is void already
    """
    paper = queries.get_notice(actor=actor, assignment_id=assignment_id, paper_id=paper_id)
    return papers.void_paper(actor=actor, paper_id=paper.pk, reason=reason, at=at)

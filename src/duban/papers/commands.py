"""Issuing papers: the number is taken in the same transaction in which the paper is kept, so that none is missing."""

import re
from dataclasses import replace
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.kernel.authority import Actor, decide
from duban.kernel.errors import IllegalStep, InvalidInput
from duban.organisation.models import Unit
from duban.papers.layout.content import Content, as_data, number_words
from duban.papers.models import Paper, Series
from duban.papers.policy import PapersCapability

LONGEST_WORD = 20
_WORD = re.compile(r"[\w（）()]+")


def issue_paper(*, actor: Actor, unit: Unit, word: str, content: Content, on: date, at: datetime) -> Paper:
    """
    Give a paper the next number of its series and keep it.

    The series (the unit's word and the year of `on`) is begun where there is none. Two papers issued at the same moment
    wait for each other; one that is not kept after all takes no number.

    :raises NotAllowed: if this actor issues no papers for the unit
    :raises InvalidInput: if the word is empty, is no word, or belongs to another unit, or the day lies before the last
        paper of the series
    """
    decide(actor=actor, capability=PapersCapability.ISSUE, unit=unit).require()
    tidy = word.strip()
    if not tidy or len(tidy) > LONGEST_WORD or not _WORD.fullmatch(tidy):
        raise _beside("word", _("Write the word of the series, such as 澜教办发."))
    # A word stays with the unit that first used it, also when a new year begins to count.
    is_taken = Series.objects.filter(word=tidy).exclude(unit=unit).exists()
    series_id, owner_id, number = _next_number(unit, tidy, on.year)
    if is_taken or owner_id != unit.pk:
        raise _beside("word", _("Another unit issues papers with the word “%(word)s”.") % {"word": tidy})
    latest = Paper.objects.filter(series_id=series_id).order_by("-number").values_list("issued_on", flat=True).first()
    if latest is not None and on < latest:
        raise InvalidInput(
            _("The last paper of this series bears the date %(day)s; a later number cannot bear an earlier one.")
            % {"day": latest.isoformat()}
        )
    numbered = replace(
        content, number=number_words(word=tidy, year=on.year, number=number), issued_on=on, is_draft=False
    )
    paper = Paper.objects.create(
        series_id=series_id,
        number=number,
        title=content.title,
        content=as_data(numbered),
        issued_on=on,
        issued_at=at,
        issued_by=actor.user_id,
    )
    audit.record(
        actor=actor,
        verb="paper.issue",
        object_kind="paper",
        object_id=paper.pk,
        unit_id=unit.pk,
        at=at,
        payload={"number": numbered.number, "title": content.title},
        after=paper.content,
    )
    return paper


def void_paper(*, actor: Actor, paper_id: int, reason: str, at: datetime) -> Paper:
    """
    Declare an issued paper void (作废); its number stays taken.

    The caller has made sure that this actor may see the record that owns the paper.

    :raises NotAllowed: if this actor issues no papers for the unit
    :raises InvalidInput: without a reason
    :raises IllegalStep: if it is void already
    """
    paper = Paper.objects.select_for_update(of=("self",)).select_related("series__unit").get(pk=paper_id)
    decide(actor=actor, capability=PapersCapability.ISSUE, unit=paper.series.unit).require()
    if not reason.strip():
        raise _beside("reason", _("Say why the paper is void."))
    if paper.voided_at is not None:
        raise IllegalStep(_("This paper is void already."))
    paper.voided_at, paper.voided_by, paper.voided_reason = at, actor.user_id, reason.strip()
    paper.save(update_fields=["voided_at", "voided_by", "voided_reason"])
    audit.record(
        actor=actor,
        verb="paper.void",
        object_kind="paper",
        object_id=paper.pk,
        unit_id=paper.series.unit_id,
        at=at,
        payload={"reason": paper.voided_reason},
    )
    return paper


def _beside(field: str, sentence: object) -> InvalidInput:
    return InvalidInput(sentence, fields={field: sentence})


def _next_number(unit: Unit, word: str, year: int) -> tuple[int, int, int]:
    # The row stays locked until the paper is kept or everything is undone: that is what leaves no gap.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO papers_series AS series (unit_id, word, year, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (word, year) DO UPDATE SET last = series.last + 1 RETURNING id, unit_id, last",
            [unit.pk, word, year],
        )
        row: tuple[int, int, int] = cursor.fetchone()
    return row

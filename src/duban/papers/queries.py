"""Reading papers. There is no address of a paper alone: the record that owns it shows it after its own check."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db.models import Count, F, Max

from duban.kernel.authority import Actor
from duban.papers.layout import faces, pdf, word
from duban.papers.layout.content import Content, from_data
from duban.papers.models import Paper, Series


def papers(*, actor: Actor, ids: Sequence[int]) -> list[Paper]:
    """Return these papers, the newest first, whose owning records the caller has checked."""
    return list(Paper.objects.filter(pk__in=list(ids)).select_related("series__unit").order_by("-issued_at", "-pk"))


def content_of(*, actor: Actor, paper: Paper) -> Content:
    """Return a paper in its parts, as it was issued."""
    return from_data(paper.content)


def as_pdf(*, actor: Actor, content: Content) -> bytes:
    """Return a paper, or the draft of one, as PDF with the faces that this machine has."""
    return pdf.pdf_of(content=content, folders=_folders())


def as_word(*, actor: Actor, content: Content) -> bytes:
    """Return a paper, or the draft of one, as .docx that names the faces of the standard."""
    return word.word_of(content=content)


def replaced_faces(*, actor: Actor) -> list[tuple[str, str]]:
    """Return which faces of the standard something else stands in for in a PDF made here: wanted, used ("" for none)."""
    return faces.replaced(chosen=pdf.chosen_faces(folders=_folders()))


def words_in_use(*, actor: Actor, unit_id: int) -> list[str]:
    """Return the words of a unit's series, the latest used first."""
    found = (
        Series.objects.filter(unit_id=unit_id).values("word").annotate(latest=Max("year")).order_by("-latest", "word")
    )
    return [row["word"] for row in found]


def gaps(*, actor: Actor) -> list[str]:
    """Return one sentence for each series whose numbers do not run from 1 to the last without a gap."""
    wrong = (
        Series.objects.annotate(kept=Count("papers"), highest=Max("papers__number"))
        .exclude(kept=F("last"), highest=F("last"))
        .order_by("pk")
    )
    return [f"The series {series} counts to {series.last} and keeps {series.kept} papers." for series in wrong]


def _folders() -> list[Path]:
    return [Path(settings.FONTS)]

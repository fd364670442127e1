"""Drafts for a whole paper at once."""

from datetime import date

import pytest

from duban.config.factories import SOME_MOMENT
from duban.directives import commands as directives
from duban.directives import queries as papers
from duban.kernel.errors import IllegalStep, NotFound
from duban.tasks import commands
from duban.tasks.models import Assignment

AT = SOME_MOMENT
TEXT = """在全市推进会上的讲话
（2026年3月2日）
同志们：
下面，我讲两点意见。
一、抓好学习。各部门4月15日前要组织一次专题学习。各乡镇（街道）会后3日内要传达到村。
二、抓好整改。有关单位要举一反三，6月底前完成整改。
"""


@pytest.fixture
def paper(cast):
    document = directives.take_in_document(
        actor=cast.office, campaign_id=cast.campaign.pk, unit_id=cast.tree.city.pk, text=TEXT, at=AT
    )
    if document.status == "unconfirmed":
        directives.take_document_step(actor=cast.office, document_id=document.pk, step_name="confirm", at=AT)
    directives.take_all_concrete(actor=cast.office, document_id=document.pk, at=AT)
    return document


class TestDraftDocument:
    def test_writes_a_draft_for_each_sentence_that_says_who_and_by_when(self, cast, paper):
        done = commands.draft_document(actor=cast.office, document_id=paper.pk, at=AT)
        drafts = {draft.due_on: draft for draft in Assignment.objects.all()}
        assert done.written == len(drafts)
        assert drafts[date(2026, 4, 15)].target_rule == {"kinds": ["department"]}
        assert all(draft.source_sentence in TEXT and draft.status == "draft" for draft in drafts.values())

    def test_counts_a_deadline_from_the_date_of_the_paper(self, cast, paper):
        commands.draft_document(actor=cast.office, document_id=paper.pk, at=AT.replace(month=5))
        assert Assignment.objects.filter(due_on=date(2026, 3, 5)).exists()

    def test_leaves_what_does_not_say_who_and_says_how_many(self, cast, paper):
        done = commands.draft_document(actor=cast.office, document_id=paper.pk, at=AT)
        assert done.left >= 1
        left = papers.visible_requirements(actor=cast.office).filter(document=paper, sentence__contains="举一反三")
        assert not Assignment.objects.filter(requirement__in=left).exists()

    def test_a_second_time_writes_nothing_more(self, cast, paper):
        first = commands.draft_document(actor=cast.office, document_id=paper.pk, at=AT)
        again = commands.draft_document(actor=cast.office, document_id=paper.pk, at=AT)
        assert (again.written, Assignment.objects.count()) == (0, first.written)

    def test_is_closed_to_strangers_and_to_unconfirmed_papers(self, cast, paper):
        with pytest.raises(NotFound):
            commands.draft_document(actor=cast.stranger, document_id=paper.pk, at=AT)
        other = directives.take_in_document(
            actor=cast.office,
            campaign_id=cast.campaign.pk,
            unit_id=cast.tree.city.pk,
            text=TEXT.replace("讲话\n", "讲话\n（录音整理，未经本人审阅）\n"),
            at=AT,
        )
        directives.take_all_concrete(actor=cast.office, document_id=other.pk, at=AT)
        with pytest.raises(IllegalStep):
            commands.draft_document(actor=cast.office, document_id=other.pk, at=AT)

"""Numbers of papers: each once, none missing."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from duban.audit.models import AuditEvent
from duban.config import factories
from duban.config.testing import Database
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed
from duban.papers import commands, queries
from duban.papers.layout.content import Content, Text
from duban.papers.models import Paper, Series

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
DRAFT = Content(title="关于开展走访的通知", blocks=[Text("请认真走访。")], is_draft=True)
SYSTEM = Actor.system("test")


def issue(unit, *, actor=SYSTEM, word="澜教办发", on=DAY):
    return commands.issue_paper(actor=actor, unit=unit, word=word, content=DRAFT, on=on, at=AT)


class TestNumbers:
    def test_they_run_from_one_in_each_year_and_each_word(self, tree, db) -> None:
        assert [issue(tree.city).number for _time in range(3)] == [1, 2, 3]
        assert issue(tree.city, word="澜教办函").number == 1
        assert issue(tree.city, on=date(2027, 1, 4)).number == 1
        assert queries.gaps(actor=SYSTEM) == []
        assert queries.words_in_use(actor=SYSTEM, unit_id=tree.city.pk) == ["澜教办发", "澜教办函"]

    def test_the_paper_bears_its_number_and_is_no_draft_any_more(self, tree, db) -> None:
        paper = issue(tree.city)
        content = queries.content_of(actor=SYSTEM, paper=paper)
        assert content.number == "澜教办发〔2026〕1号"
        assert (content.issued_on, content.is_draft) == (DAY, False)
        assert AuditEvent.objects.filter(verb="paper.issue", object_id=paper.pk).exists()

    def test_a_paper_that_is_not_kept_takes_no_number(self, tree, db) -> None:
        issue(tree.city)
        with transaction.atomic():
            issue(tree.city)
            transaction.set_rollback(True)
        assert issue(tree.city).number == 2

    def test_a_void_paper_keeps_its_number(self, tree, db) -> None:
        paper = issue(tree.city)
        commands.void_paper(actor=SYSTEM, paper_id=paper.pk, reason="日期有误", at=AT)
        assert issue(tree.city).number == 2
        assert queries.gaps(actor=SYSTEM) == []
        with pytest.raises(IllegalStep):
            commands.void_paper(actor=SYSTEM, paper_id=paper.pk, reason="再作废", at=AT)

    def test_a_later_number_bears_no_earlier_date(self, tree, db) -> None:
        issue(tree.city, on=date(2026, 3, 9))
        with pytest.raises(InvalidInput, match="2026-03-09"):
            issue(tree.city, on=date(2026, 3, 6))

    def test_a_word_belongs_to_one_unit(self, tree, db) -> None:
        issue(tree.city)
        with pytest.raises(InvalidInput, match="澜教办发"):
            issue(tree.counties[0])

    def test_a_word_stays_with_its_unit_when_a_new_year_begins_to_count(self, tree, db) -> None:
        issue(tree.city)
        with pytest.raises(InvalidInput, match="澜教办发"), transaction.atomic():
            issue(tree.counties[0], on=date(2027, 1, 4))
        assert issue(tree.city, on=date(2027, 1, 5)).number == 1

    @pytest.mark.parametrize("word", ["", "  ", "<b>", "字" * 21])
    def test_a_word_is_a_word(self, tree, db, word) -> None:
        with pytest.raises(InvalidInput):
            issue(tree.city, word=word)

    def test_only_who_issues_papers_for_the_unit_does(self, tree, db) -> None:
        office = factories.make_person_with_account(unit=tree.counties[0], role="county_office")
        actor = factories.actor_for(account=office)
        assert issue(tree.counties[0], actor=actor, word="望教办发").number == 1
        with pytest.raises(NotAllowed):
            issue(tree.city, actor=actor)
        liaison = factories.make_person_with_account(unit=tree.city, role="unit_liaison")
        with pytest.raises(NotAllowed):
            issue(tree.city, actor=factories.actor_for(account=liaison))

    def test_a_gap_made_by_hand_is_found(self, tree, db) -> None:
        issue(tree.city)
        Series.objects.update(last=3)
        assert queries.gaps(actor=SYSTEM) == ["The series 澜教办发〔2026〕 counts to 3 and keeps 1 papers."]


def test_papers_issued_at_the_same_moment_get_numbers_without_a_gap(own_database: Database) -> None:
    tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
    ready = threading.Barrier(6)

    def at_once(number: int) -> None:
        ready.wait()
        with transaction.atomic():
            issue(tree.city)
            # Two of the six think better of it.
            transaction.set_rollback(number % 3 == 0)
        connection.close()

    threads = [threading.Thread(target=at_once, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(Paper.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert queries.gaps(actor=SYSTEM) == []

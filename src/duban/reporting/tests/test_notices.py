"""The notice of an assignment, from its proposal to a number that stays taken."""

import io
from dataclasses import replace

import docx
import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from duban.config import factories
from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.organisation.queries import count_organisations
from duban.papers.models import Paper
from duban.reporting import commands, queries
from duban.reporting.queries import NoticeWords
from duban.reporting.tests.conftest import Office
from duban.tasks.models import Assignment

PAGE = "/papers/notice/"


def words_of(office: Office) -> NoticeWords:
    given = queries.notice_proposal(actor=office.actor, assignment_id=office.work.assignment.pk)
    return replace(given, word="澜教办发")


def issue(office: Office, words: NoticeWords | None = None) -> Paper:
    return commands.issue_notice(
        actor=office.actor,
        assignment_id=office.work.assignment.pk,
        words=words or words_of(office),
        on=SOME_DAY,
        at=SOME_MOMENT,
    )


class TestProposal:
    def test_it_names_the_units_and_the_matter(self, office: Office) -> None:
        words = words_of(office)
        assert office.tree.departments[1].name in words.addressees
        assert "走访困难群众" in words.title

    def test_a_draft_has_no_notice(self, office: Office) -> None:
        Assignment.objects.filter(pk=office.work.assignment.pk).update(status="draft", issued_at=None)
        with translation.override("en"), pytest.raises(InvalidInput, match="Issue the assignment first"):
            words_of(office)

    def test_another_office_finds_nothing(self, office: Office) -> None:
        other = factories.actor_with(unit=office.tree.counties[0], role="county_office")
        with pytest.raises(NotFound):
            queries.notice_proposal(actor=other, assignment_id=office.work.assignment.pk)


class TestPaper:
    def test_places_are_filled_from_the_register(self, office: Office) -> None:
        words = replace(words_of(office), opening="全市｛单位数｝个单位、｛党组织数｝个党组织、｛党员数｝名党员参加。")
        content = queries.draft_notice(
            actor=office.actor, assignment_id=office.work.assignment.pk, words=words, on=SOME_DAY
        )
        numbers = count_organisations(actor=office.actor, on=SOME_DAY, unit_id=office.tree.city.pk)
        assert content.blocks[0].text == (  # type: ignore[union-attr]
            f"全市{numbers.units}个单位、{numbers.organisations}个党组织、{numbers.members}名党员参加。"
        )
        assert content.is_draft

    @pytest.mark.parametrize("field", ["title", "addressees"])
    def test_a_part_that_is_missing_is_named(self, office: Office, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            issue(office, replace(words_of(office), **{field: " "}))
        assert list(refusal.value.fields) == [field]
        assert not Paper.objects.exists()

    def test_issuing_numbers_it_and_keeps_it_with_its_assignment(self, office: Office) -> None:
        first, second = issue(office), issue(office)
        assert [first.number, second.number] == [1, 2]
        found = queries.issued_notices(actor=office.actor, assignment_id=office.work.assignment.pk)
        assert {paper.pk for paper in found} == {first.pk, second.pk}

    def test_a_notice_is_found_only_with_its_assignment(self, office: Office) -> None:
        paper = issue(office)
        other = factories.make_work(campaign=office.campaign, assigner=office.tree.city, units=office.tree.villages[:1])
        with pytest.raises(NotFound):
            queries.get_notice(actor=office.actor, assignment_id=other.assignment.pk, paper_id=paper.pk)

    def test_who_issues_no_papers_gets_no_number(self, office: Office) -> None:
        system = factories.actor_with(unit=office.tree.city, role="unit_liaison")
        with pytest.raises((NotAllowed, NotFound)):
            commands.issue_notice(
                actor=system,
                assignment_id=office.work.assignment.pk,
                words=words_of(office),
                on=SOME_DAY,
                at=SOME_MOMENT,
            )
        assert not Paper.objects.exists()


class TestPages:
    def test_from_the_assignment_to_the_number_and_both_files(self, office: Office) -> None:
        client = office.client()
        assignment = office.work.assignment
        shown = client.get(reverse("tasks:assignment", args=[assignment.pk])).content.decode()
        address = f"{PAGE}?assignment={assignment.pk}"
        assert address in shown
        assert "走访困难群众" in client.get(address).content.decode()

        given = {"title": "关于走访的通知", "addressees": "各部门", "word": "澜教办发", "opening": "请抓紧。"}
        draft = client.post(address, given | {"do": "pdf"})
        assert draft["Content-Type"] == "application/pdf"
        assert "送审稿" in PdfReader(io.BytesIO(draft.content)).pages[0].extract_text()
        assert not Paper.objects.exists()

        assert client.post(address, given | {"do": "issue"}).status_code == 302
        paper = Paper.objects.get()
        page = client.get(address).content.decode()
        number = paper.content["number"]
        assert number in page
        word = client.get(f"{PAGE}{assignment.pk}/{paper.pk}.docx")
        said = [paragraph.text for paragraph in docx.Document(io.BytesIO(word.content)).paragraphs]
        assert number in said
        assert "关于走访的通知" in said
        pdf = client.get(f"{PAGE}{assignment.pk}/{paper.pk}.pdf")
        assert number in "".join(PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text().split())
        assert client.get(f"{PAGE}{assignment.pk}/{paper.pk}.exe").status_code == 404

        void = f"{PAGE}{assignment.pk}/{paper.pk}/void/"
        assert client.post(void, {"reason": ""}).status_code == 422
        assert client.post(void, {"reason": "文字有误"}).status_code == 302
        assert client.post(void, {"reason": "再来"}).status_code == 409
        assert "文字有误" in client.get(address).content.decode()

    def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(self, office: Office) -> None:
        address = f"{PAGE}?assignment={office.work.assignment.pk}"
        answer = office.client().post(
            address, {"title": "", "addressees": "各部门", "opening": "辛苦打的字", "do": "issue"}
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "辛苦打的字" in page
        assert "the paper cannot go without it" in page

    def test_faces_that_are_replaced_are_named(self, office: Office) -> None:
        missing = queries.replaced_faces(actor=office.actor)
        page = office.client().get(f"{PAGE}?assignment={office.work.assignment.pk}").content.decode()
        assert all(wanted in page for wanted, _used in missing)
        assert bool(missing) == ("lacks faces" in page)

    def test_a_damaged_address_says_so(self, office: Office) -> None:
        assert office.client().get(f"{PAGE}?assignment=x").status_code == 422

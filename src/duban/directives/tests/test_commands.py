"""Taking in papers and deciding about their requirements."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from duban.audit.models import AuditEvent
from duban.campaigns.states import CampaignStatus
from duban.config.factories import actor_with
from duban.directives import commands, queries
from duban.directives.commands.taking_in import MOST_CHARACTERS
from duban.directives.models import Document, Requirement
from duban.directives.states import DocumentStatus, NodeKind, RequirementStatus
from duban.directives.tests.material import AT, SPEECH, Office, make_office, requirement_with
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, Stale

pytestmark = pytest.mark.django_db

SPEECHES = Path(__file__).resolve().parents[5] / "shared" / "speeches"


@pytest.fixture
def office() -> Office:
    return make_office()


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_a_pasted_speech_becomes_a_text_with_outline_and_requirements(office: Office) -> None:
    document = office.take_in()

    assert document.raw_text == SPEECH
    assert document.title == "在全市节水工作推进会上的讲话"
    assert document.dated_on == date(2026, 3, 2)
    assert document.status == DocumentStatus.CONFIRMED
    assert [node.title for node in document.nodes.filter(parent=None).order_by("position")] == [
        "前期工作开局良好",
        "下一步重点任务",
    ]
    assert not document.requirements.exclude(status=RequirementStatus.PROPOSED).exists()
    for requirement in document.requirements.all():
        assert SPEECH[requirement.start : requirement.end] == requirement.sentence
    assert verbs() == ["document.take_in"]


def test_who_by_when_and_how_much_are_read_from_the_sentence(office: Office) -> None:
    requirement = requirement_with(office.take_in(), "老旧管网")

    assert requirement.responsible == "市水务集团"
    assert requirement.deadline == "3月20日前"
    assert requirement.due["end"] == "2026-03-20"
    assert requirement.is_concrete
    assert requirement.node is not None
    assert requirement.node.marker == "一是"


def test_a_recurring_deadline_is_kept_as_its_rule(office: Office) -> None:
    requirement = requirement_with(office.take_in(), "每月25日")

    assert requirement.due["kind"] == "recurring"
    assert "MONTHLY" in requirement.due["period"]


def test_the_same_text_is_taken_in_once_and_the_refusal_points_to_it(office: Office) -> None:
    document = office.take_in()

    with pytest.raises(InvalidInput) as refusal:
        office.take_in()

    assert refusal.value.context["document_id"] == document.pk
    assert document.title in str(refusal.value)
    assert Document.objects.count() == 1


def test_a_text_of_an_office_out_of_sight_is_refused_without_its_title(office: Office) -> None:
    document = office.take_in()
    county = office.tree.counties[0]
    stranger = actor_with(unit=county, role="county_office")

    with pytest.raises(InvalidInput) as refusal:
        commands.take_in_document(actor=stranger, campaign_id=office.campaign.pk, unit_id=county.pk, text=SPEECH, at=AT)

    assert document.title not in str(refusal.value)
    assert "document_id" not in refusal.value.context


def test_a_file_is_kept_as_it_came_beside_its_text(office: Office) -> None:
    content = SPEECH.encode("gb18030")
    document = commands.take_in_document(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        content=content,
        file_name="讲话.txt",
        at=AT,
    )

    assert document.raw_text == SPEECH
    assert "18030" in document.encoding or "gb" in document.encoding.lower()
    assert queries.original_file(actor=office.clerk, document_id=document.pk) == ("讲话.txt", "text/plain", content)


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\0\1\2 binary", "1234 5678", "要" * (MOST_CHARACTERS + 1), "坏\ud800字"],
    ids=["empty", "blank", "binary", "no words", "too long", "half a character"],
)
def test_what_is_no_speech_is_refused_and_nothing_is_kept(office: Office, text: str) -> None:
    with pytest.raises(InvalidInput):
        office.take_in(text)

    assert not Document.objects.exists()
    assert verbs() == []


@pytest.mark.parametrize("mark", ["机密", "绝　密", "秘密★1年", "机密级"])
def test_a_paper_with_a_mark_of_secrecy_is_refused(office: Office, mark: str) -> None:
    with pytest.raises(InvalidInput, match=r"涉密|secrecy"):
        office.take_in(f"{mark}\n{SPEECH}")


def test_one_line_of_a_megabyte_is_refused_in_one_sentence(office: Office) -> None:
    with pytest.raises(InvalidInput, match="200000"):
        office.take_in("各单位要抓好落实，" * 120_000)


def test_text_and_file_together_are_refused(office: Office) -> None:
    with pytest.raises(InvalidInput):
        commands.take_in_document(
            actor=office.clerk,
            campaign_id=office.campaign.pk,
            unit_id=office.tree.city.pk,
            text=SPEECH,
            content=b"x",
            file_name="x.txt",
            at=AT,
        )


def test_an_ended_campaign_takes_in_no_more_papers(office: Office) -> None:
    office.campaign.status = CampaignStatus.ENDED
    office.campaign.save()

    with pytest.raises(InvalidInput):
        office.take_in()


def test_only_an_office_takes_in_papers(office: Office) -> None:
    liaison = actor_with(unit=office.tree.departments[1], role="unit_liaison")

    with pytest.raises(NotAllowed):
        commands.take_in_document(
            actor=liaison, campaign_id=office.campaign.pk, unit_id=office.tree.departments[1].pk, text=SPEECH, at=AT
        )


@pytest.mark.parametrize(
    "text",
    [
        SPEECH.replace("（2026年3月2日）", "（2026年3月2日，根据录音整理，未经本人审阅）"),
        SPEECH.replace("讲话\n", "讲话范文\n", 1),
    ],
    ids=["transcript", "model text"],
)
def test_a_transcript_and_a_model_text_cannot_be_assigned_until_confirmed(office: Office, text: str) -> None:
    document = office.take_in(text)
    assert document.status == DocumentStatus.UNCONFIRMED
    requirement = commands.take_requirement(
        actor=office.clerk, requirement_id=requirement_with(document, "老旧管网").pk, at=AT
    )

    with pytest.raises(NotAllowed):
        commands.mark_assigned(actor=office.clerk, requirement_ids=[requirement.pk], at=AT)
    commands.take_document_step(actor=office.clerk, document_id=document.pk, step_name="confirm", at=AT)
    commands.mark_assigned(actor=office.clerk, requirement_ids=[requirement.pk], at=AT)

    requirement.refresh_from_db()
    assert requirement.status == RequirementStatus.ASSIGNED


def test_a_text_whose_requirements_are_assigned_cannot_become_a_reference(office: Office) -> None:
    document = office.take_in()
    requirement = requirement_with(document, "老旧管网")
    commands.take_requirement(actor=office.clerk, requirement_id=requirement.pk, at=AT)
    commands.mark_assigned(actor=office.clerk, requirement_ids=[requirement.pk], at=AT)

    with pytest.raises(IllegalStep):
        commands.take_document_step(actor=office.clerk, document_id=document.pk, step_name="keep_as_reference", at=AT)


def test_a_sentence_that_stands_twice_becomes_a_task_once(office: Office) -> None:
    document = office.take_in()
    first, second = document.requirements.filter(sentence__contains="浓厚氛围").order_by("start")

    assert second.repeats == first
    with pytest.raises(IllegalStep):
        commands.take_requirement(actor=office.clerk, requirement_id=second.pk, at=AT)
    commands.take_requirement(actor=office.clerk, requirement_id=first.pk, at=AT)
    assert commands.set_aside_rest(actor=office.clerk, document_id=document.pk, at=AT) > 0
    second.refresh_from_db()
    assert second.status == RequirementStatus.NOT_DECOMPOSED


def test_two_buttons_decide_a_whole_speech(office: Office) -> None:
    document = office.take_in()
    concrete = document.requirements.filter(is_concrete=True, repeats=None).count()

    taken = commands.take_all_concrete(actor=office.clerk, document_id=document.pk, at=AT)
    rest = commands.set_aside_rest(actor=office.clerk, document_id=document.pk, at=AT)

    assert taken == concrete
    assert taken + rest == document.requirements.count()
    assert not document.requirements.filter(status=RequirementStatus.PROPOSED).exists()
    assert queries.speech_page(actor=office.clerk, document_id=document.pk).coverage.decided == 1
    assert verbs() == ["document.take_in", "requirement.take_all", "requirement.set_aside_all"]


def test_the_same_button_pressed_again_changes_nothing(office: Office) -> None:
    document = office.take_in()
    commands.set_aside_rest(actor=office.clerk, document_id=document.pk, at=AT)

    assert commands.set_aside_rest(actor=office.clerk, document_id=document.pk, at=AT) == 0
    assert verbs().count("requirement.set_aside_all") == 1


def test_what_was_set_aside_can_be_taken_after_all(office: Office) -> None:
    document = office.take_in()
    requirement = requirement_with(document, "实事求是")
    commands.set_aside(actor=office.clerk, requirement_id=requirement.pk, at=AT)

    assert (
        commands.take_requirement(actor=office.clerk, requirement_id=requirement.pk, at=AT).status
        == RequirementStatus.TO_ASSIGN
    )
    with pytest.raises(IllegalStep):
        commands.take_requirement(actor=office.clerk, requirement_id=requirement.pk, at=AT)


def test_nothing_is_marked_as_assigned_that_nobody_took(office: Office) -> None:
    requirement = requirement_with(office.take_in(), "老旧管网")

    with pytest.raises(IllegalStep):
        commands.mark_assigned(actor=office.clerk, requirement_ids=[requirement.pk], at=AT)


def test_a_new_date_reckons_every_deadline_again(office: Office) -> None:
    document = office.take_in(SPEECH.replace("（2026年3月2日）\n", ""))
    requirement = requirement_with(document, "老旧管网")
    assert document.dated_on is None
    assert requirement.due["needs_date"]

    facts(office, document, dated_on=date(2025, 3, 2))

    requirement.refresh_from_db()
    assert requirement.due["end"] == "2025-03-20"


def facts(office: Office, document: Document, **changed: object) -> Document:
    given: dict[str, object] = {"title": document.title, "dated_on": document.dated_on, "version": document.version}
    return commands.set_document_facts(
        actor=office.clerk,
        document_id=document.pk,
        at=AT,
        **(given | changed),  # type: ignore[arg-type]
    )


def test_a_stale_form_is_answered_with_both_texts(office: Office) -> None:
    document = office.take_in()
    facts(office, document, title="第一位的标题")

    with pytest.raises(Stale) as refusal:
        facts(office, document, title="第二位的标题")

    assert "第二位的标题" in refusal.value.context["yours"]
    assert "第一位的标题" in refusal.value.context["theirs"]
    document.refresh_from_db()
    assert document.title == "第一位的标题"


def test_a_corrected_deadline_is_reckoned_and_the_sentence_stays(office: Office) -> None:
    requirement = requirement_with(office.take_in(), "实事求是")
    assert not requirement.is_concrete

    corrected = commands.correct_requirement(
        actor=office.clerk,
        requirement_id=requirement.pk,
        version=requirement.version,
        responsible="各县",
        deadline="6月底前",
        at=AT,
    )

    assert corrected.due["end"] == "2026-06-30"
    assert corrected.is_concrete
    assert corrected.sentence == requirement.sentence


def test_a_requirement_that_states_a_fact_is_not_preset_for_taking(office: Office) -> None:
    requirement = requirement_with(office.take_in(), "老旧管网")

    corrected = commands.correct_requirement(
        actor=office.clerk, requirement_id=requirement.pk, version=1, kind=NodeKind.FACT, at=AT
    )

    assert not corrected.is_concrete


@pytest.mark.parametrize("what", ["requirement", "node"])
def test_two_corrections_of_the_same_row_do_not_overwrite_each_other(office: Office, what: str) -> None:
    document = office.take_in()
    requirement = requirement_with(document, "老旧管网")
    node = document.nodes.get(position=1)
    correct: dict[str, Callable[[str], object]] = {
        "requirement": lambda kind: commands.correct_requirement(
            actor=office.clerk, requirement_id=requirement.pk, version=1, kind=kind, at=AT
        ),
        "node": lambda kind: commands.correct_node(actor=office.clerk, node_id=node.pk, version=1, kind=kind, at=AT),
    }
    correct[what](NodeKind.GATE)

    with pytest.raises(Stale):
        correct[what](NodeKind.FACT)


def test_a_sentence_that_was_not_read_as_a_requirement_can_be_made_one(office: Office) -> None:
    document = office.take_in()
    start = SPEECH.index("前期各单位")
    end = SPEECH.index("。", start) + 1

    added = commands.add_requirement(actor=office.clerk, document_id=document.pk, start=start, end=end, at=AT)

    assert added.sentence == SPEECH[start:end]
    assert added.node is not None
    assert added.node.title == "前期工作开局良好"
    with pytest.raises(InvalidInput):
        commands.add_requirement(actor=office.clerk, document_id=document.pk, start=start, end=end, at=AT)
    with pytest.raises(InvalidInput):
        commands.add_requirement(actor=office.clerk, document_id=document.pk, start=start + 1, end=end, at=AT)


def test_nobody_but_the_office_decides_about_a_text(office: Office) -> None:
    document = office.take_in()
    requirement = requirement_with(document, "老旧管网")
    reader = actor_with(unit=office.tree.city, role="leading_group_member")
    stranger = actor_with(unit=office.tree.counties[0], role="county_office")

    with pytest.raises(NotAllowed):
        commands.take_requirement(actor=reader, requirement_id=requirement.pk, at=AT)
    with pytest.raises(NotAllowed):
        commands.set_aside_rest(actor=reader, document_id=document.pk, at=AT)
    with pytest.raises(NotFound):
        commands.take_requirement(actor=stranger, requirement_id=requirement.pk, at=AT)
    with pytest.raises(NotFound):
        commands.mark_assigned(actor=stranger, requirement_ids=[requirement.pk], at=AT)
    assert Requirement.objects.get(pk=requirement.pk).status == RequirementStatus.PROPOSED


def test_taking_in_a_speech_needs_the_same_number_of_queries_whatever_its_length(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = office.clerk
    with django_assert_max_num_queries(26):
        commands.take_in_document(
            actor=clerk,
            campaign_id=office.campaign.pk,
            unit_id=office.tree.city.pk,
            text=SPEECH + "".join(f"各部门要抓好第{number}项工作，6月底前完成。\n" for number in range(400)),
            at=AT,
        )


def test_a_longer_speech_page_needs_no_more_queries(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = office.clerk
    longer = SPEECH + "".join(f"{number}、各部门要抓好第{number}项工作。\n" for number in range(1, 99))
    for document in (office.take_in(), office.take_in(longer)):
        with django_assert_num_queries(3):
            queries.speech_page(actor=clerk, document_id=document.pk)


def test_the_list_needs_the_same_number_of_queries_for_one_text_and_for_many(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = office.clerk
    for number in range(12):
        office.take_in(SPEECH.replace("节水", f"第{number}次节水"))
    with django_assert_num_queries(2):
        page = queries.document_lines(actor=clerk, campaign_id=office.campaign.pk)

    assert len(page.rows) == 12
    assert all(line.proposed for line in page.rows)


def test_a_citation_says_how_complete_its_text_is(office: Office) -> None:
    text = SPEECH + "（全文共5000字，当前仅显示1200字，开通会员可阅读全文）\n"
    requirement = requirement_with(office.take_in(text), "老旧管网")

    cited = queries.cite(actor=office.clerk, requirement=requirement)

    assert "《在全市节水工作推进会上的讲话》" in cited
    assert "24%" in cited


def speeches() -> Sequence[object]:
    """Return the speeches that lie beside the project, if any, and always one of its own."""
    found = [pytest.param(SPEECH, id="a speech of the project")]
    return found + [
        pytest.param(file.read_text(encoding="utf-8"), id=file.stem) for file in sorted(SPEECHES.glob("*.txt"))
    ]


@pytest.mark.parametrize("text", speeches())
def test_real_speeches_are_taken_in_whole(office: Office, text: str) -> None:
    document = office.take_in(text)

    page = queries.speech_page(actor=office.clerk, document_id=document.pk)

    assert "".join(piece.text for piece in page.pieces) == text
    assert sum(page.coverage.shares.values()) == pytest.approx(1)
    opened = {piece.requirement_id for piece in page.pieces if piece.opens}
    assert opened == set(document.requirements.values_list("pk", flat=True))

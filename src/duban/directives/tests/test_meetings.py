"""The register of meetings, the order of their speeches, and what one says of another."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from duban.audit.models import AuditEvent
from duban.config.factories import actor_for, actor_with, build_tree, make_campaign, make_person_with_account
from duban.config.query_counts import QueryCounts
from duban.directives import commands, queries
from duban.directives.commands import Attendant, MeetingFacts
from duban.directives.models import Meeting, MeetingSpeech, SpeechReference
from duban.directives.tests.material import AT, SPEECH, Office, make_office
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, Stale

pytestmark = pytest.mark.django_db

PEOPLE = (
    Attendant("特木尔巴根", "市委书记、市人大常委会主任"),
    Attendant("白云山", "市委副书记、市长"),
    Attendant("", "省委督导组组长"),
)
# Refers to both others: one by a short form, one by a sentence about its summary.
LAST_SPEECH = """在全市节水工作推进会上的讲话
同志们：
刚才，白市长对取得的成绩和存在问题已进行了全面总结，我都同意。
各部门要深入贯彻落实好特书记讲话精神，6月底前拿出方案。
"""


@pytest.fixture
def office() -> Office:
    return make_office()


def facts(**changed: object) -> MeetingFacts:
    given: dict[str, object] = {
        "title": "全市节水工作第一次推进会",
        "held_on": date(2026, 2, 10),
        "convener": "市委节水工作领导小组",
        "people": PEOPLE,
    } | changed
    return MeetingFacts(**given)  # type: ignore[arg-type]


def register(office: Office, **changed: object) -> Meeting:
    return commands.register_meeting(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        facts=facts(**changed),
        at=AT,
    )


def number_of(office: Office, meeting: Meeting) -> int:
    return queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk).number


def person(meeting: Meeting, name: str) -> int:
    return meeting.people.get(name=name).pk


def test_a_meeting_is_kept_with_who_convened_and_attended_it(office: Office) -> None:
    department = office.tree.departments[1]
    meeting = register(
        office,
        attendance="市直各部门、各县区",
        unit_ids=[department.pk],
        cause="二季度评估",
        cause_path="/table/?on=2026-02-01",
    )

    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    assert page.meeting.kind == "promotion"
    assert page.units == [department]
    assert [row.name for row in page.people] == ["特木尔巴根", "白云山", ""]
    assert (page.meeting.cause, page.meeting.cause_path) == ("二季度评估", "/table/?on=2026-02-01")
    assert [event.verb for event in AuditEvent.objects.all()] == ["meeting.register"]


def test_meetings_are_numbered_in_sequence_without_gaps_whatever_is_entered_late(office: Office) -> None:
    days = [date(2026, 2, 20), date(2026, 1, 20), date(2026, 2, 10), date(2026, 1, 10)]
    meetings = {day: register(office, title=f"推进会{day}", held_on=day) for day in days}

    assert [number_of(office, meetings[day]) for day in sorted(days)] == [1, 2, 3, 4]

    commands.withdraw_meeting(actor=office.clerk, meeting_id=meetings[date(2026, 1, 20)].pk, reason="重复登记", at=AT)
    left = sorted(set(days) - {date(2026, 1, 20)})
    assert [number_of(office, meetings[day]) for day in left] == [1, 2, 3]


def test_each_register_kind_and_level_counts_for_itself(office: Office) -> None:
    first = register(office)
    others = [
        register(office, title="动员会", kind="deployment"),
        register(office, title="省推进会", level="provincial"),
        register(office, title="第二次推进会", held_on=date(2026, 2, 11)),
    ]
    county = actor_with(unit=office.tree.counties[0], role="county_office")
    below = commands.register_meeting(
        actor=county,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.counties[0].pk,
        facts=facts(level="county"),
        at=AT,
    )

    assert number_of(office, first) == 1
    assert [number_of(office, meeting) for meeting in others] == [1, 1, 2]
    assert number_of(office, below) == 1


def test_an_office_keeps_the_register_of_the_unit_to_which_it_belongs(office: Office) -> None:
    register(office)
    clerk = actor_with(unit=office.tree.office, role="office_clerk")
    second = commands.register_meeting(
        actor=clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.office.pk,
        facts=facts(title="第二次推进会", held_on=date(2026, 2, 12)),
        at=AT,
    )

    assert second.register_unit_id == office.tree.city.pk
    assert number_of(office, second) == 2


def test_speeches_stand_in_the_order_in_which_they_were_held(office: Office) -> None:
    meeting = register(office)
    first = commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, title="工作报告", at=AT)
    second = commands.add_speech(
        actor=office.clerk, meeting_id=meeting.pk, person_id=person(meeting, "特木尔巴根"), at=AT
    )
    commands.move_speech(actor=office.clerk, speech_id=second.pk, place=1, at=AT)

    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    assert [(line.speech.pk, line.speech.position) for line in page.speeches] == [(second.pk, 1), (first.pk, 2)]


def three_speeches(office: Office) -> tuple[Meeting, list[MeetingSpeech]]:
    meeting = register(office)
    speeches = [
        commands.add_speech(
            actor=office.clerk,
            meeting_id=meeting.pk,
            person_id=person(meeting, name) if name else None,
            title=title,
            at=AT,
        )
        for name, title in (("白云山", "工作总结"), ("特木尔巴根", "讲话"), ("", "主持讲话"))
    ]
    text = office.take_in(LAST_SPEECH)
    commands.attach_text(actor=office.clerk, speech_id=speeches[2].pk, document_id=text.pk, at=AT)
    return meeting, speeches


def test_a_reference_stays_open_until_the_speech_meant_is_taken_in(office: Office) -> None:
    meeting, speeches = three_speeches(office)

    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    found = page.speeches[2].references
    assert [line.reference.words for line in found] == ["白市长", "特书记"]
    assert [line.reference.refers_to_id for line in found] == [speeches[0].pk, speeches[1].pk]
    assert [line.is_resolved for line in found] == [False, False]
    assert page.unresolved == 2
    waiting = queries.unresolved_references(actor=office.clerk, campaign_id=office.campaign.pk)
    assert [line.reference.words for line in waiting] == ["白市长", "特书记"]
    assert "全面总结" in waiting[0].sentence

    text = office.take_in(SPEECH)
    commands.attach_text(actor=office.clerk, speech_id=speeches[1].pk, document_id=text.pk, at=AT)

    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    assert [line.is_resolved for line in page.speeches[2].references] == [False, True]
    commands.attach_text(actor=office.clerk, speech_id=speeches[1].pk, document_id=None, at=AT)
    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    assert page.unresolved == 2


def test_a_person_registered_later_is_found_in_the_speeches(office: Office) -> None:
    meeting = register(office, people=PEOPLE[1:])
    text = office.take_in(LAST_SPEECH)
    commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, document_id=text.pk, at=AT)
    assert "特书记" not in [row.words for row in SpeechReference.objects.all()]

    commands.correct_meeting(actor=office.clerk, meeting_id=meeting.pk, version=1, facts=facts(), at=AT)

    reference = SpeechReference.objects.get(words="特书记")
    assert reference.person is not None
    assert reference.person.name == "特木尔巴根"
    names = {line.words: line for line in queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk).names}
    assert names["白市长"].person is not None
    assert names["白市长"].person.name == "白云山"


def test_a_reference_is_noted_and_settled_by_hand(office: Office) -> None:
    meeting, speeches = three_speeches(office)
    noted = commands.note_reference(
        actor=office.clerk, speech_id=speeches[2].pk, words="存在问题", refers_to_id=speeches[0].pk, at=AT
    )
    assert noted.refers_to_id == speeches[0].pk

    other = SpeechReference.objects.get(words="特书记")
    commands.settle_reference(actor=office.clerk, reference_id=other.pk, refers_to_id=speeches[0].pk, at=AT)
    commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, title="又一篇", at=AT)

    other.refresh_from_db()
    assert other.refers_to_id == speeches[0].pk
    for words, to in (("没有这句话", speeches[0].pk), ("存在问题", speeches[2].pk), ("", speeches[0].pk)):
        with pytest.raises(InvalidInput):
            commands.note_reference(actor=office.clerk, speech_id=speeches[2].pk, words=words, refers_to_id=to, at=AT)


def test_a_text_was_held_once(office: Office) -> None:
    meeting, _speeches = three_speeches(office)
    text = office.take_in(SPEECH)
    commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, document_id=text.pk, at=AT)

    with pytest.raises(InvalidInput):
        commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, document_id=text.pk, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingSpeech.objects.create(meeting=meeting, position=99, document=text)


def test_the_minutes_of_a_meeting_are_a_paper_of_it(office: Office) -> None:
    meeting = register(office)
    paper = commands.register_incoming(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        kind="minutes",
        giver="市委节水工作领导小组",
        matter="会议议定：各县6月底前报送方案。",
        at=AT,
    ).document
    commands.set_minutes(actor=office.clerk, meeting_id=meeting.pk, document_id=paper.pk, at=AT)

    page = queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk)
    assert [document.pk for document in page.minutes] == [paper.pk]


@pytest.mark.parametrize(
    "changed",
    [
        {"title": " "},
        {"convener": ""},
        {"held_on": date(2026, 3, 3)},
        {"kind": "party"},
        {"level": "moon"},
        {"cause_path": "https://example.org/"},
        {"cause_path": "//example.org/"},
    ],
    ids=["no title", "nobody", "tomorrow", "kind", "level", "elsewhere", "elsewhere too"],
)
def test_what_cannot_be_is_not_registered(office: Office, changed: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        register(office, **changed)
    assert not Meeting.objects.exists()


def test_the_same_meeting_is_registered_once_and_the_refusal_points_to_it(office: Office) -> None:
    meeting = register(office)
    with pytest.raises(InvalidInput) as refusal:
        register(office)
    assert refusal.value.context["meeting_id"] == meeting.pk


def test_a_speaker_stays_in_the_list_and_a_stale_form_is_refused(office: Office) -> None:
    meeting, _speeches = three_speeches(office)
    with pytest.raises(InvalidInput):
        commands.correct_meeting(
            actor=office.clerk, meeting_id=meeting.pk, version=1, facts=facts(people=PEOPLE[:1]), at=AT
        )
    with pytest.raises(Stale):
        commands.correct_meeting(actor=office.clerk, meeting_id=meeting.pk, version=7, facts=facts(), at=AT)
    with pytest.raises(IllegalStep):
        commands.withdraw_meeting(actor=office.clerk, meeting_id=meeting.pk, reason="误登", at=AT)


def test_only_the_office_of_the_unit_keeps_its_register(office: Office) -> None:
    meeting = register(office)
    with pytest.raises(NotFound):
        queries.meeting_page(
            actor=actor_with(unit=office.tree.counties[0], role="county_office"), meeting_id=meeting.pk
        )
    reader = actor_with(unit=office.tree.city, role="leading_group_member")
    assert queries.meeting_page(actor=reader, meeting_id=meeting.pk).may_edit is False
    with pytest.raises(NotAllowed):
        commands.add_speech(actor=reader, meeting_id=meeting.pk, title="讲话", at=AT)


def test_the_pages_lead_from_the_form_to_a_resolved_reference(office: Office, client: Client) -> None:
    client.force_login(office.account.user)
    text = office.take_in(LAST_SPEECH)
    assert "推进会" in client.get(reverse("directives:new-meeting"), {"document": text.pk}).content.decode()
    given = {
        "title": "全市节水工作推进会",
        "kind": "promotion",
        "held_on": "2026-02-10",
        "level": "city",
        "convener": "市委",
        "people": "特木尔巴根 市委书记\n白云山，市长\n** 省委督导组组长",
        "units": office.tree.departments[1].name,
        "unit": office.tree.city.pk,
        "document": text.pk,
    }
    response = client.post(reverse("directives:new-meeting"), given)
    meeting = Meeting.objects.get()
    assert response.status_code == 302, response.content.decode()[:500]
    assert [(row.name, row.title) for row in meeting.people.order_by("position")] == [
        ("特木尔巴根", "市委书记"),
        ("白云山", "市长"),
        ("", "省委督导组组长"),
    ]
    client.post(reverse("directives:add-speech", args=[meeting.pk]), {"person": person(meeting, "特木尔巴根")})
    page = client.get(reverse("directives:meeting", args=[meeting.pk])).content.decode()
    assert "特书记" in page
    assert "第1次" in page
    assert "姓名未公开" in page
    assert "特书记" in client.get(reverse("directives:references")).content.decode()
    assert "第1次" in client.get(reverse("directives:meetings")).content.decode()
    for kind in ("excel", "word"):
        assert client.get(reverse("directives:meetings-file", args=[kind])).status_code == 200
    assert client.get(reverse("directives:meetings-file", args=["pdf"])).status_code == 404
    wrong = client.post(reverse("directives:new-meeting"), given | {"units": "没有这个单位"})
    assert wrong.status_code == 422
    assert "没有这个单位" in wrong.content.decode()


def test_the_title_of_a_speech_that_says_another_number_is_pointed_out(office: Office) -> None:
    meeting = register(office)
    text = office.take_in(LAST_SPEECH.replace("推进会上", "第三次推进会上"))
    commands.add_speech(actor=office.clerk, meeting_id=meeting.pk, document_id=text.pk, at=AT)

    assert queries.meeting_page(actor=office.clerk, meeting_id=meeting.pk).said_number == 3


def test_register_and_meeting_ask_a_fixed_number_of_questions(client: Client, query_counts: QueryCounts) -> None:
    tree = build_tree(counties=1, townships=1, villages=1, branches=0, departments=3)
    office = Office(tree, make_campaign(root=tree.city), make_person_with_account(unit=tree.city, role="office_clerk"))
    for back in range(12):
        register(office, title=f"推进会{back}", held_on=date(2026, 2, 28) - timedelta(days=back))
    meeting, _speeches = three_speeches(office)
    clerk = actor_for(account=office.account)
    given = queries.MeetingFilter(campaign_id=office.campaign.pk)
    with query_counts("register"):
        assert len(queries.meeting_lines(actor=clerk, given=given).rows) == 13
    with query_counts("meeting"):
        queries.meeting_page(actor=clerk, meeting_id=meeting.pk)


def test_the_register_is_paged_by_key(office: Office) -> None:
    for back in range(5):
        register(office, title=f"推进会{back}", held_on=date(2026, 2, 28) - timedelta(days=back // 2))
    given = queries.MeetingFilter(campaign_id=office.campaign.pk)
    seen, after = [], ""
    while True:
        page = queries.meeting_lines(actor=office.clerk, given=given, after=after, size=2)
        seen += [line.number for line in page.rows]
        after = page.after
        if not after:
            break
    assert seen == [5, 4, 3, 2, 1]

"""The matters of an office: who asks, who settles, who reads; steps that become tasks; the interval of meetings."""

from datetime import date, timedelta

import pytest

from duban.access.models import Grant
from duban.access.states import Reach
from duban.burden.models import DemandUnit
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with, make_campaign, make_person_with_account
from duban.config.fixtures import Noise
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.office import commands, queries
from duban.office.commands import MatterText
from duban.office.models import Matter
from duban.office.queries import MatterFilter
from duban.office.states import RULES, MatterKind
from duban.tasks.models import Task


class City:
    """A city with its office, one county with an office of its own, and somebody of the leading group."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.campaign = make_campaign(root=tree.city)
        self.office = actor_with(unit=tree.city, role="office_clerk")
        self.leader = actor_with(unit=tree.city, role="leading_group_member")
        self.county = actor_with(unit=tree.counties[0], role="county_office")
        self.village_unit = next(unit for unit in tree.villages if unit.path.startswith(tree.counties[0].path))
        self.village = actor_with(unit=self.village_unit, role="unit_liaison", reach=Reach.UNIT)
        self.department = actor_with(unit=tree.departments[1], role="unit_liaison", reach=Reach.UNIT)

    def open(self, actor: Actor, kind: str, **given: object) -> Matter:
        text = MatterText(**{"title": "流动党员怎样参加学习", **given})  # type: ignore[arg-type]
        return commands.open_matter(actor=actor, campaign_id=self.campaign.pk, kind=kind, text=text, at=SOME_MOMENT)

    def seen_by(self, actor: Actor, **given: str) -> list[Matter]:
        found = queries.matter_list(actor=actor, given=MatterFilter(self.campaign.pk, **given))
        return list(found.rows)


@pytest.fixture
def city(tree: Tree, noise: Noise) -> City:
    return City(tree)


def test_a_question_goes_to_the_nearest_office_above(city: City) -> None:
    from_village = city.open(city.village, "question")
    assert from_village.office == city.tree.counties[0]
    assert city.open(city.department, "question").office == city.tree.city
    assert city.open(city.county, "coordination").office == city.tree.city
    # Within three working days of a Monday.
    assert from_village.due_on == SOME_DAY + timedelta(days=3)
    assert city.seen_by(city.village) == [from_village]


def test_a_question_is_read_by_its_unit_and_its_office_only(city: City) -> None:
    asked = city.open(city.village, "question")
    other = actor_with(unit=city.tree.villages[-1], role="unit_liaison", reach=Reach.UNIT)
    for actor in (other, city.department, city.leader):
        with pytest.raises(NotFound):
            queries.get_matter(actor=actor, matter_id=asked.pk)
    assert queries.get_matter(actor=city.county, matter_id=asked.pk) == asked
    # The city's office stands above the county and sees what is asked there.
    assert queries.get_matter(actor=city.office, matter_id=asked.pk) == asked


def test_a_shared_answer_is_found_by_every_unit_below_with_two_characters(city: City) -> None:
    asked = city.open(city.department, "question")
    commands.settle(actor=city.office, matter_id=asked.pk, outcome="就近编入一个支部。", is_shared=True, at=SOME_MOMENT)
    assert city.seen_by(city.village, words="编入") == [asked]
    assert city.seen_by(city.village, words="不编入") == []
    commands.share(actor=city.office, matter_id=asked.pk, is_shared=False, at=SOME_MOMENT)
    assert city.seen_by(city.village, words="编入") == []


def test_a_solution_is_shared_as_soon_as_it_is_written(city: City) -> None:
    kept = city.open(city.office, "experience", text="把三张表并成一张。")
    assert city.seen_by(city.village, kind="experience") == [kept]
    # What one county keeps is not for another.
    own = city.open(city.county, "experience", text="只在本县。")
    other = actor_with(unit=city.tree.counties[1], role="county_office")
    assert own not in city.seen_by(other)


def test_a_unit_opens_questions_only_and_settles_nothing(city: City) -> None:
    with pytest.raises(NotAllowed, match="does not open"):
        city.open(city.village, "meeting", due_on=SOME_DAY)
    asked = city.open(city.village, "question")
    with pytest.raises(NotAllowed):
        commands.settle(actor=city.village, matter_id=asked.pk, outcome="自己答", at=SOME_MOMENT)
    asked.refresh_from_db()
    assert asked.status == "open"


def test_what_is_settled_is_settled_once(city: City) -> None:
    asked = city.open(city.village, "question")
    commands.settle(actor=city.county, matter_id=asked.pk, outcome="可以。", at=SOME_MOMENT)
    with pytest.raises(IllegalStep):
        commands.settle(actor=city.county, matter_id=asked.pk, outcome="不可以。", at=SOME_MOMENT)
    with pytest.raises(InvalidInput, match="sentence"):
        commands.settle(
            actor=city.county, matter_id=city.open(city.village, "question").pk, outcome=" ", at=SOME_MOMENT
        )


def test_a_paper_puts_options_and_the_leading_group_decides(city: City) -> None:
    with pytest.raises(InvalidInput, match="two options"):
        city.open(city.office, "decision", options=("只有一个",))
    paper = city.open(city.office, "decision", title="是否延长一个月", options=("延长一个月", "按期结束"))
    assert city.seen_by(city.leader) == [paper]
    with pytest.raises(InvalidInput, match="no such option"):
        commands.settle(actor=city.leader, matter_id=paper.pk, outcome="", chosen=3, at=SOME_MOMENT)
    decided = commands.settle(actor=city.leader, matter_id=paper.pk, outcome="", chosen=2, at=SOME_MOMENT)
    assert (decided.outcome, decided.chosen, decided.closed_name != "") == ("按期结束", 2, True)


def test_the_leading_group_reads_what_concerns_it_and_no_more(city: City) -> None:
    shown = {MatterKind(kind) for kind, _word in queries.kind_words(actor=city.leader)}
    assert shown == {kind for kind, rule in RULES.items() if rule.is_for_leaders}
    city.open(city.office, "service", title="省指导组")
    assert city.seen_by(city.leader) == []


def test_questions_to_the_upper_level_are_kept_with_their_answers(city: City) -> None:
    asked = city.open(city.office, "upward", addressee="省专题教育办")
    assert queries.open_matters(actor=city.office, campaign_id=city.campaign.pk, kinds=["upward"])["upward"].number == 1
    commands.settle(actor=city.office, matter_id=asked.pk, outcome="按属地参加。", is_shared=True, at=SOME_MOMENT)
    assert city.seen_by(city.village, words="属地") == [asked]


def test_decisions_of_a_meeting_are_carried_over_as_tasks(city: City) -> None:
    meeting = city.open(city.office, "meeting", title="第一次办公室会议", due_on=SOME_DAY, interval_days=14)
    step = commands.add_step(
        actor=city.office, matter_id=meeting.pk, text="各县区报一次进展", owner="综合组", at=SOME_MOMENT
    )
    issued = commands.assign_step(
        actor=city.office, matter_id=meeting.pk, step_id=step.pk, owner="各县区", due="2026年3月20日", at=SOME_MOMENT
    )
    assert Task.objects.filter(assignment=issued).count() == len(city.tree.counties)
    assert issued.source_sentence == "第一次办公室会议：各县区报一次进展"
    with pytest.raises(IllegalStep, match="already"):
        commands.assign_step(
            actor=city.office,
            matter_id=meeting.pk,
            step_id=step.pk,
            owner="各县区",
            due="2026年3月20日",
            at=SOME_MOMENT,
        )
    commands.finish_step(actor=city.office, matter_id=meeting.pk, step_id=step.pk, at=SOME_MOMENT)
    step.refresh_from_db()
    assert step.done_on == SOME_DAY


def test_an_exceeded_interval_between_meetings_is_told(city: City) -> None:
    def alert(on: date) -> str:
        return queries.meeting_alert(actor=city.office, campaign=city.campaign, on=on)

    meeting = city.open(city.office, "meeting", due_on=SOME_DAY, interval_days=14)
    assert alert(SOME_DAY + timedelta(days=20)) == ""
    commands.settle(actor=city.office, matter_id=meeting.pk, outcome="纪要", at=SOME_MOMENT)
    assert alert(SOME_DAY + timedelta(days=14)) == ""
    assert "15 days ago" in alert(SOME_DAY + timedelta(days=15))
    city.open(city.office, "meeting", due_on=SOME_DAY + timedelta(days=16), interval_days=14)
    assert alert(SOME_DAY + timedelta(days=15)) == ""
    assert queries.meeting_alert(actor=city.village, campaign=city.campaign, on=SOME_DAY + timedelta(days=99)) == ""


def test_an_event_takes_over_a_checklist_with_its_days(city: City) -> None:
    checklist = city.open(city.office, "checklist", title="领导调研")
    for text, days in (("拟方案", 5), ("订路线", 2), ("备材料", 0)):
        commands.add_step(
            actor=city.office, matter_id=checklist.pk, text=text, owner="综合组", days_before=days, at=SOME_MOMENT
        )
    day = SOME_DAY + timedelta(days=10)
    visit = city.open(
        city.office, "visit", due_on=day, place=city.village_unit.name, addressee="书记", checklist_id=checklist.pk
    )
    steps = [(step.text, step.owner, step.due_on) for step in visit.steps.order_by("position")]
    assert steps == [
        ("拟方案", "综合组", day - timedelta(days=5)),
        ("订路线", "综合组", day - timedelta(days=2)),
        ("备材料", "综合组", day),
    ]
    with pytest.raises(InvalidInput, match="place"):
        city.open(city.office, "visit", due_on=day)


def test_a_visit_is_booked_in_the_ledger_of_the_place(city: City) -> None:
    day = SOME_DAY + timedelta(days=9)
    visit = city.open(
        city.office, "visit", title="书记调研", due_on=day, place=city.village_unit.name, addressee="书记"
    )
    row = DemandUnit.objects.select_related("demand").get()
    assert (row.unit_id, row.demand.kind, row.demand.what) == (city.village_unit.pk, "visit", "书记调研")
    assert (row.demand.asker_id, row.demand.asked_on) == (visit.office_id, day)


def test_a_visit_shows_what_else_falls_on_the_place_in_that_week(city: City) -> None:
    from duban.tasks import commands as tasks  # noqa: PLC0415 - only here
    from duban.tasks.commands.drafting import AssignmentText  # noqa: PLC0415

    text = AssignmentText(
        wording="填一张表",
        target="unit",
        target_rule={"unit": city.village_unit.pk},
        due_on=SOME_DAY + timedelta(days=2),
    )
    draft = tasks.create_assignment(
        actor=city.office, campaign_id=city.campaign.pk, assigner_id=city.tree.city.pk, text=text, at=SOME_MOMENT
    )
    tasks.issue(actor=city.office, assignment_id=draft.pk, at=SOME_MOMENT)
    _first, visit = (
        city.open(
            city.office, "visit", due_on=SOME_DAY + timedelta(days=days), place=city.village_unit.name, addressee="书记"
        )
        for days in (1, 3)
    )
    week = queries.matter_page(actor=city.office, matter_id=visit.pk).week
    assert week is not None
    assert (week.items_due, week.visits) == (1, 2)


def test_whom_we_serve_has_needs_and_an_action_list(city: City) -> None:
    target = city.open(city.office, "service", title="省指导组", text="每周一份进展，不要另报材料。")
    step = commands.add_step(
        actor=city.office, matter_id=target.pk, text="安排座谈", owner="联络组", due_on=SOME_DAY, at=SOME_MOMENT
    )
    found = queries.matter_page(actor=city.office, matter_id=target.pk)
    assert found.steps == [step]
    assert found.rule.has_steps


def test_a_village_without_an_office_above_is_told_so(city: City) -> None:
    Grant.objects.filter(role__in=["office_clerk", "county_office"]).delete()
    account = make_person_with_account(unit=city.tree.villages[0], role="unit_liaison", reach=Reach.UNIT)
    with pytest.raises(NotFound, match="no office"):
        city.open(actor_with(unit=account.post.unit, role="unit_liaison", reach=Reach.UNIT), "question")

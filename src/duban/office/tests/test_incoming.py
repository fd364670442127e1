"""What is wanted from above: one task in one step, what is known already, unfinished first."""

import pytest
from django.test import Client
from django.utils import translation

from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_for, make_campaign, make_person_with_account
from duban.config.fixtures import Noise
from duban.directives.models import Document
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.office import commands, queries
from duban.office.commands import MatterText, Registered
from duban.tasks import commands as tasks
from duban.tasks.models import Task


class Desk:
    """A city's office at its desk."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.campaign = make_campaign(root=tree.city)
        self.clerk = make_person_with_account(unit=tree.city, role="office_clerk")
        self.actor = actor_for(account=self.clerk)

    def register(self, matter: str = "报送农村饮水安全情况", due: str = "2026年3月20日", owner: str = "") -> Registered:
        return commands.register_wanted(
            actor=self.actor,
            campaign_id=self.campaign.pk,
            kind="call",
            giver="省专题教育办",
            matter=matter,
            due=due,
            owner=owner or self.tree.departments[1].name,
            at=SOME_MOMENT,
        )

    def browser(self) -> Client:
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(self.clerk.user)
        client.post(f"/campaigns/{self.campaign.pk}/choose/")
        return client


@pytest.fixture
def desk(tree: Tree, noise: Noise) -> Desk:
    return Desk(tree)


def finish(task: Task, checker: Actor) -> None:
    unit = actor_for(account=make_person_with_account(unit=task.unit, role="unit_liaison", reach="unit"))
    for actor, step, text in ((unit, "sign", ""), (unit, "ask_done", "已报"), (checker, "accept", "")):
        tasks.take_step(actor=actor, task_id=task.pk, step_name=step, text=text, at=SOME_MOMENT)


def test_four_fields_make_a_paper_an_assignment_and_its_task(desk: Desk) -> None:
    done = desk.register()
    task = Task.objects.get(assignment=done.assignment)
    assert (task.unit, str(task.agreed_due)) == (desk.tree.departments[1], "2026-03-20")
    assert done.assignment.requirement is not None
    assert done.assignment.requirement.document == done.document
    assert done.assignment.source_sentence == "报送农村饮水安全情况"


def test_a_field_that_cannot_be_read_leaves_nothing_behind(desk: Desk) -> None:
    papers = Document.objects.count()
    with pytest.raises(InvalidInput) as refused:
        desk.register(owner="没有这个局")
    assert "owner" in refused.value.fields
    assert Document.objects.count() == papers


def test_unfinished_ones_stand_first_and_then_by_date(desk: Desk) -> None:
    first = desk.register("报送一次读书班情况", "2026年3月5日")
    later = desk.register("报送农村饮水安全情况", "2026年3月20日")
    soon = desk.register("报送困难家庭取暖情况", "2026年3月10日")
    finish(Task.objects.get(assignment=first.assignment), desk.actor)
    page = queries.wanted_list(actor=desk.actor, campaign_id=desk.campaign.pk)
    assert [row.assignment for row in page.rows] == [soon.assignment, later.assignment, first.assignment]
    last = page.rows[-1]
    assert (last.is_finished, last.done, last.units, last.finished_on) == (True, 1, 1, SOME_DAY)
    assert queries.count_wanted(actor=desk.actor, campaign_id=desk.campaign.pk)[0] == 2
    # Page by page it is the same list.
    rows, after = [], ""
    while True:
        one = queries.wanted_list(actor=desk.actor, campaign_id=desk.campaign.pk, after=after, size=1)
        rows += [row.assignment for row in one.rows]
        after = one.after
        if not after:
            break
    assert rows == [row.assignment for row in page.rows]


def test_another_office_sees_nothing_of_it(desk: Desk) -> None:
    desk.register()
    county = actor_for(account=make_person_with_account(unit=desk.tree.counties[0], role="county_office"))
    assert not queries.wanted_list(actor=county, campaign_id=desk.campaign.pk).rows


def test_what_is_known_already_is_found_by_shared_words(desk: Desk) -> None:
    desk.register("摸排农村饮水点位并报送")
    desk.register("开放机关停车位")
    answer = commands.open_matter(
        actor=desk.actor,
        campaign_id=desk.campaign.pk,
        kind="experience",
        text=MatterText(title="农村饮水安全怎么统计", text="以水利局台账为准。"),
        at=SOME_MOMENT,
    )
    found = queries.known_already(
        actor=desk.actor, campaign=desk.campaign, unit=desk.tree.city, text="报送农村饮水安全情况"
    )
    assert [one.wording for one in found.assignments] == ["摸排农村饮水点位并报送"]
    assert found.matters == [answer]
    assert not queries.known_already(actor=desk.actor, campaign=desk.campaign, unit=desk.tree.city, text="慰问老同志")


def test_a_figure_named_in_the_matter_is_shown_with_its_value(desk: Desk) -> None:
    desk.register(owner="各部门")
    figures.recount_all(actor=Actor.system("test"), campaign_id=desk.campaign.pk, at=SOME_MOMENT)
    with translation.override("zh-hans"):
        found = queries.known_already(
            actor=desk.actor, campaign=desk.campaign, unit=desk.tree.city, text="报送未签收任务数"
        )
    assert [(figure.label, figure.value) for figure in found.figures][:1] == [
        ("未签收", Task.objects.filter(campaign=desk.campaign).count())
    ]


def test_the_form_shows_what_is_known_once_before_it_saves(desk: Desk) -> None:
    desk.register("摸排农村饮水点位并报送")
    client = desk.browser()
    given = {
        "kind": "call",
        "giver": "省专题教育办",
        "matter": "报送农村饮水点位",
        "due": "2026年12月20日",
        "owner": desk.tree.departments[2].name,
    }
    before = Document.objects.count()
    shown = client.post("/office/wanted/register/", given)
    assert shown.status_code == 200
    assert "摸排农村饮水点位并报送" in shown.content.decode()
    assert "Issue all the same" in shown.content.decode()
    assert Document.objects.count() == before
    saved = client.post("/office/wanted/register/", given | {"seen": given["matter"]})
    assert saved.status_code == 302
    assert Document.objects.count() == before + 1
    # Without anything known it is one step.
    assert client.post("/office/wanted/register/", given | {"matter": "慰问老同志"}).status_code == 302


def test_what_it_costs_many_units_is_shown_before_it_is_issued(desk: Desk) -> None:
    client = desk.browser()
    given = {
        "kind": "call",
        "giver": "省专题教育办",
        "matter": "学习讲话精神",
        "due": "2036年12月20日",
        "owner": "各村",
    }
    before = Document.objects.count()
    shown = client.post("/office/wanted/register/", given).content.decode()
    assert f"{len(desk.tree.villages)} units are asked, about 30 minutes each" in shown
    assert "Issue all the same" in shown
    # For other words it is shown again.
    seen = given | {"weighed": "各村；2036年12月20日", "seen": given["matter"]}
    assert "Issue all the same" in client.post("/office/wanted/register/", seen | {"owner": "各单位"}).content.decode()
    assert Document.objects.count() == before
    assert client.post("/office/wanted/register/", seen).status_code == 302
    assert Document.objects.count() == before + 1


def test_a_refused_form_keeps_every_word(desk: Desk) -> None:
    page = desk.browser().post(
        "/office/wanted/register/",
        {"kind": "paper", "giver": "省专题教育办", "matter": "慰问老同志", "due": "改天", "owner": "各部门"},
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "慰问老同志" in text
    assert "改天" in text

"""A member of the leading group writes an instruction; the office makes a task of it, and the task names it as its source."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from duban.audit.models import AuditEvent
from duban.config.factories import (
    SOME_DAY,
    SOME_MOMENT,
    Tree,
    actor_for,
    actor_with,
    make_campaign,
    make_person_with_account,
)
from duban.config.fixtures import Noise
from duban.directives import commands as directives
from duban.directives import queries as papers
from duban.directives.models import Document
from duban.directives.states import RequirementStatus
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.office import commands
from duban.office.commands import MatterText
from duban.tasks import commands as tasks
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Assignment, Task

WORDS = "请水利局牵头，把群众反映的饮水问题一周内摸清底数。"


class Group:
    """A city, its office and a member of its leading group."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.campaign = make_campaign(root=tree.city)
        self.member = make_person_with_account(unit=tree.city, role="leading_group_member")
        self.leader = actor_for(account=self.member)
        self.office = actor_with(unit=tree.city, role="office_clerk")

    def instruct(self, words: str = WORDS, **more: object) -> Document:
        given = {"actor": self.leader, "campaign_id": self.campaign.pk, "words": words, "at": SOME_MOMENT} | more
        return commands.instruct(**given)  # type: ignore[arg-type]

    def browser(self) -> Client:
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(self.member.user)
        client.post(f"/campaigns/{self.campaign.pk}/choose/")
        return client


@pytest.fixture
def group(tree: Tree, noise: Noise) -> Group:
    return Group(tree)


def test_the_leader_writes_the_office_assigns_and_the_task_names_the_source(group: Group) -> None:
    document = group.instruct()
    assert (document.kind, document.unit, document.raw_text) == ("comment", group.tree.city, WORDS)
    # It stands among the office's papers, and waits.
    line = papers.document_lines(actor=group.office, campaign_id=group.campaign.pk).rows[0]
    assert (line.document.pk, line.proposed, line.to_assign) == (document.pk, 1, 0)
    requirement = document.requirements.get()
    assert (requirement.status, requirement.decided_by) == (RequirementStatus.PROPOSED, None)
    assert not Assignment.objects.filter(requirement=requirement).exists()

    directives.take_requirement(actor=group.office, requirement_id=requirement.pk, at=SOME_MOMENT)
    unit = group.tree.departments[1]
    draft = tasks.create_assignment(
        actor=group.office,
        campaign_id=group.campaign.pk,
        assigner_id=group.tree.city.pk,
        text=AssignmentText(
            wording="摸清饮水问题底数",
            target="unit",
            target_rule={"unit": unit.pk},
            due_on=SOME_DAY + timedelta(days=7),
        ),
        requirement_id=requirement.pk,
        at=SOME_MOMENT,
    )
    tasks.issue(actor=group.office, assignment_id=draft.pk, at=SOME_MOMENT)
    task = Task.objects.select_related("assignment__requirement__document").get(assignment=draft)
    assert (task.unit, task.assignment.source_sentence) == (unit, WORDS)
    assert task.assignment.requirement is not None
    assert task.assignment.requirement.document == document
    assert group.leader.name in task.assignment.source_label


def test_nobody_below_reads_it_before_it_is_assigned(group: Group) -> None:
    document = group.instruct()
    for unit, role in (
        (group.tree.departments[1], "unit_liaison"),
        (group.tree.counties[0], "county_office"),
        (group.tree.counties[0], "leading_group_member"),
    ):
        with pytest.raises(NotFound):
            papers.get_document(actor=actor_with(unit=unit, role=role), document_id=document.pk)


def test_a_county_s_leading_group_instructs_the_county_s_office(group: Group) -> None:
    county = group.tree.counties[0]
    leader = actor_with(unit=county, role="leading_group_member")
    document = group.instruct(actor=leader)
    assert document.unit == county
    reader = actor_with(unit=county, role="county_office")
    assert papers.get_document(actor=reader, document_id=document.pk) == document
    with pytest.raises(NotFound):
        papers.get_document(
            actor=actor_with(unit=group.tree.counties[1], role="county_office"), document_id=document.pk
        )


def test_it_says_what_it_is_about(group: Group) -> None:
    matter = commands.open_matter(
        actor=group.office,
        campaign_id=group.campaign.pk,
        kind="decision",
        text=MatterText(title="饮水整治经费", options=("列入预算", "缓一缓")),
        at=SOME_MOMENT,
    )
    assert group.instruct(matter_id=matter.pk).concerns == "饮水整治经费"
    registered = commands.register_wanted(
        actor=group.office,
        campaign_id=group.campaign.pk,
        kind="call",
        giver="省专题教育办",
        matter="报送饮水情况",
        due="2026年3月20日",
        owner=group.tree.departments[1].name,
        at=SOME_MOMENT,
    )
    task = Task.objects.get(assignment=registered.assignment)
    assert group.instruct(task_id=task.pk).concerns == f"{task.unit.shown_name} 报送饮水情况"


@pytest.mark.parametrize(
    ("words", "more", "field"),
    [
        (" ", {}, "words"),
        ("长" * 2001, {}, "words"),
        (WORDS, {"given_on": SOME_DAY + timedelta(days=1)}, "given_on"),
    ],
)
def test_what_cannot_be_used_leaves_nothing_behind(
    group: Group, words: str, more: dict[str, object], field: str
) -> None:
    before = Document.objects.count()
    with pytest.raises(InvalidInput) as refused:
        group.instruct(words, **more)
    assert field in refused.value.fields
    assert Document.objects.count() == before


def test_the_same_words_of_one_day_are_one_instruction(group: Group) -> None:
    first = group.instruct()
    with pytest.raises(InvalidInput) as refused:
        group.instruct()
    assert refused.value.context["document_id"] == first.pk
    assert group.instruct(given_on=SOME_DAY - timedelta(days=1)) != first


@pytest.mark.parametrize("role", ["office_clerk", "office_head", "unit_principal", "group_head", "line_clerk"])
def test_nobody_else_writes_one(group: Group, role: str) -> None:
    with pytest.raises(NotAllowed):
        group.instruct(actor=actor_with(unit=group.tree.city, role=role))


def test_the_page_takes_the_words_and_shows_where_they_went(group: Group) -> None:
    client = group.browser()
    assert "/office/instructions/new/" in client.get("/", follow=True).content.decode()
    assert client.get("/office/instructions/new/?matter=x&task=x").status_code == 200
    empty = client.post("/office/instructions/new/", {"words": "", "given_on": "2026-01-01"})
    assert empty.status_code == 422
    future = client.post(
        "/office/instructions/new/",
        {"words": WORDS, "given_on": (timezone.localdate() + timedelta(days=2)).isoformat()},
    )
    assert future.status_code == 422
    assert WORDS in future.content.decode()
    saved = client.post("/office/instructions/new/", {"words": WORDS}, follow=True)
    page = saved.content.decode()
    assert saved.status_code == 200
    assert WORDS in page
    assert "The office has it" in page
    # The leader reads what became of it and decides nothing there.
    assert "/steps/take/" not in page
    assert AuditEvent.objects.filter(verb="document.instruct").count() == 1


def test_rest_says_the_same(group: Group) -> None:
    answer = group.browser().post(
        "/api/office/instructions",
        {"campaign_id": group.campaign.pk, "words": WORDS},
        content_type="application/json",
    )
    assert answer.status_code == 201
    assert Document.objects.get(pk=answer.json()["document_id"]).raw_text == WORDS

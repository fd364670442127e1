"""Requirements of central, provincial and city level as one tree, both ways."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from duban.config.factories import actor_with
from duban.directives import commands, queries
from duban.directives.models import Document
from duban.directives.tests.material import AT, SPEECH, Office, make_office, requirement_with
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


def upper(office: Office, level: str, matter: str) -> Document:
    return commands.register_incoming(
        actor=office.clerk,
        campaign_id=office.campaign.pk,
        unit_id=office.tree.city.pk,
        kind="paper",
        giver="上级",
        matter=matter,
        origin_level=level,
        at=AT,
    ).document


def name(office: Office, lower: Document, above: Document, **more: object) -> int:
    return commands.name_upper(
        actor=office.clerk,
        document_id=lower.pk,
        upper_document_id=above.pk,
        at=AT,
        **more,  # type: ignore[arg-type]
    ).pk


def test_three_levels_stand_in_one_tree_that_is_read_both_ways(office: Office) -> None:
    central, province = upper(office, "central", "中央要求"), upper(office, "provincial", "省委要求")
    local = office.take_in()
    row = requirement_with(local, "老旧管网")
    name(office, province, central)
    name(office, local, province, requirement_id=row.pk, upper_requirement_id=province.requirements.get().pk)

    up = queries.hierarchy(actor=office.clerk, document=local)
    assert [(branch.document.pk, branch.depth) for branch in up.upwards] == [(province.pk, 1), (central.pk, 2)]
    assert up.upwards[0].nearer == row
    assert up.level_words == "本级"
    assert [branch.level_words for branch in up.upwards] == ["上级（省级）", "上级（中央）"]
    down = queries.hierarchy(actor=office.clerk, document=central)
    assert [(branch.document.pk, branch.depth) for branch in down.downwards] == [(province.pk, 1), (local.pk, 2)]
    assert down.downwards[1].requirement == row


def test_a_new_upper_requirement_shows_which_local_items_it_changes(office: Office) -> None:
    local = office.take_in()
    row = requirement_with(local, "老旧管网")
    new = upper(office, "provincial", "省里新要求：排查提前到3月10日前。")
    assert new.received_on == date(2026, 3, 2)
    assert new.taken_in_by == office.clerk.user_id

    name(office, local, new, requirement_id=row.pk, kind="changed_by")

    tree = queries.hierarchy(actor=office.clerk, document=new)
    assert [branch.requirement for branch in tree.changed] == [row]
    assert queries.local_requirements(actor=office.clerk, document=new) == [row.pk]


def test_no_two_papers_stand_above_each_other(office: Office) -> None:
    first, second, third = (upper(office, "central", words) for words in ("甲", "乙", "丙"))
    name(office, first, second)
    name(office, second, third)
    for lower, above in ((third, first), (second, first), (first, first), (first, second)):
        with pytest.raises(InvalidInput):
            name(office, lower, above)


def test_a_link_is_taken_back_and_may_be_named_again(office: Office) -> None:
    local, province = office.take_in(), upper(office, "provincial", "省委要求")
    link = name(office, local, province)
    commands.end_upper(actor=office.clerk, link_id=link, at=AT)
    assert queries.hierarchy(actor=office.clerk, document=local).upwards == []
    with pytest.raises(NotFound):
        commands.end_upper(actor=office.clerk, link_id=link, at=AT)
    name(office, local, province)


def test_a_county_names_what_it_must_pass_on_without_seeing_its_text(office: Office) -> None:
    city_paper = office.take_in()
    county = office.tree.counties[0]
    clerk = actor_with(unit=county, role="county_office")
    local = commands.take_in_document(
        actor=clerk, campaign_id=office.campaign.pk, unit_id=county.pk, text=SPEECH.replace("节水", "供水"), at=AT
    )
    with pytest.raises(NotFound):
        commands.name_upper(actor=clerk, document_id=local.pk, upper_document_id=city_paper.pk, at=AT)

    commands.require_passing(actor=office.clerk, unit_id=office.tree.city.pk, document_id=city_paper.pk, at=AT)
    commands.name_upper(actor=clerk, document_id=local.pk, upper_document_id=city_paper.pk, at=AT)

    (branch,) = queries.hierarchy(actor=clerk, document=local).upwards
    assert (branch.document.pk, branch.may_open) == (city_paper.pk, False)
    (below,) = queries.hierarchy(actor=office.clerk, document=city_paper).downwards
    assert below.document.pk == local.pk


def test_only_the_office_of_the_local_paper_names_its_upper_one(office: Office) -> None:
    local, province = office.take_in(), upper(office, "provincial", "省委要求")
    reader = actor_with(unit=office.tree.city, role="leading_group_member")
    with pytest.raises(NotAllowed):
        commands.name_upper(actor=reader, document_id=local.pk, upper_document_id=province.pk, at=AT)
    with pytest.raises(NotFound):
        name(office, local, province, requirement_id=province.requirements.get().pk)


def test_the_page_of_a_paper_shows_the_tree_and_takes_a_link(office: Office, client: Client) -> None:
    client.force_login(office.account.user)
    local, province = office.take_in(), upper(office, "provincial", "省委要求节水")
    address = reverse("directives:speech", args=[local.pk])
    given = {"upper_document": province.pk, "kind": "carries_out", "requirement": ""}
    assert client.post(reverse("directives:name-upper", args=[local.pk]), given).status_code == 302
    assert province.title in client.get(address, {"show": "hierarchy"}).content.decode()
    below = client.get(reverse("directives:speech", args=[province.pk]), {"show": "hierarchy"}).content.decode()
    assert local.title in below
    link = queries.hierarchy(actor=office.clerk, document=local).upwards[0].link.pk
    assert client.post(reverse("directives:end-upper", args=[local.pk, link])).status_code == 302

"""How many questions each page asks of the database, for somebody whose scope is a part, among rows that concern nobody."""

import pytest

from duban.access.states import Reach
from duban.config.factories import make_person_with_account
from duban.config.fixtures import Noise
from duban.config.query_counts import QueryCounts
from duban.portal.tests.conftest import Office, client_of, liaison, make_office
from duban.portal.tests.pages import page_of, table_of

PAGES = [
    "/",
    "/owed/?unit={village}",
    "/table/",
    "/table/?unit={township}&kind=village",
    "/work/",
    "/work/?q=名册&status=all",
]


@pytest.fixture
def office(tree, noise: Noise) -> Office:
    return make_office(tree)


def work(office: Office, times: int) -> None:
    for number in range(times):
        office.assign(
            units=office.tree.villages[:30], wording=f"核对党员名册{number}", helpers=(office.tree.counties[0],)
        )


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_county_asks_a_fixed_number_of_questions(
    office: Office, query_counts: QueryCounts, page: str
) -> None:
    address = page.format(village=office.tree.villages[0].pk, township=office.tree.townships[0].pk)
    county = client_of(make_person_with_account(unit=office.tree.counties[0], role="county_office"))
    work(office, 2)
    # The first request fills what a process keeps.
    page_of(county, address)
    with query_counts():
        page_of(county, address)
    work(office, 3)
    with query_counts():
        page_of(county, address)


def test_the_desk_of_a_unit_asks_a_fixed_number_of_questions(office: Office, query_counts: QueryCounts) -> None:
    unit = client_of(liaison(office.tree.villages[0]))
    work(office, 2)
    page_of(unit, "/")
    with query_counts():
        page_of(unit, "/")
    work(office, 3)
    with query_counts():
        page_of(unit, "/")


def test_a_group_of_listed_units_asks_a_fixed_number_of_questions(office: Office, query_counts: QueryCounts) -> None:
    listed = office.tree.villages[:40]
    group = client_of(
        make_person_with_account(
            unit=office.tree.departments[-1], role="group_member", reach=Reach.LISTED, listed=listed
        )
    )
    work(office, 2)
    page_of(group, "/table/")
    page_of(group, "/work/")
    with query_counts():
        page_of(group, "/table/")
    with query_counts("work list"):
        page_of(group, "/work/")


def test_work_of_other_campaigns_is_counted_nowhere(office: Office, noise: Noise) -> None:
    """The noise lies in the last county, in other campaigns."""
    office.recount()
    county = client_of(make_person_with_account(unit=office.tree.counties[-1], role="county_office"))
    session = county.session
    session["campaign"] = office.campaign.pk
    session.save()
    assert table_of(page_of(county, "/table/")).rows[-1][1:-1] == ["0"] * 8
    assert "Items 0" in page_of(county, "/work/?status=all")

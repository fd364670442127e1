"""What a robot tells a group: figures by unit in protocol order, nobody named, within one message."""

from datetime import timedelta

from django.utils import translation

from duban.config.factories import SOME_DAY
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.portal import queries
from duban.portal.tests.conftest import Office, client_of
from duban.portal.tests.pages import page_of, table_of

SYSTEM = Actor.system("test")


def text_for(unit: Unit, *, most_bytes: int = 2048, link: str = "https://duban.example.org") -> list[str]:
    with translation.override("en"):
        found = queries.group_text(actor=SYSTEM, unit=unit, link=link, most_bytes=most_bytes, today=SOME_DAY)
    return found.splitlines()


def test_the_numbers_are_those_of_the_table_in_its_order(busy: Office) -> None:
    lines = text_for(busy.tree.city)
    table = table_of(page_of(client_of(busy.clerk), "/table/"))
    columns = [table.rows[0].index(name) for name in ("Unsigned", "Overdue", "Near due")]
    expected = []
    for row in table.rows[1:-1]:
        numbers = [row[column] for column in columns]
        words = [f"{number} {word}" for number, word in zip(numbers, ("unsigned", "overdue", "near due"), strict=True)]
        told = ", ".join(each for each in words if not each.startswith("0 "))
        if told:
            expected.append(f"{row[0]}: {told}")
    assert lines[1:-1] == expected
    assert len(expected) > 1
    sums = [table.rows[-1][column] for column in columns]
    assert lines[0].endswith(f": {sums[0]} unsigned, {sums[1]} overdue, {sums[2]} near due")
    assert lines[-1] == "See details: https://duban.example.org"


def test_a_county_is_told_its_own_part_and_no_text_names_anybody(busy: Office) -> None:
    county = busy.tree.counties[0]
    text = "\n".join(text_for(county))
    assert county.shown_name in text
    assert busy.tree.departments[1].shown_name not in text
    assert busy.clerk.person.name not in text
    assert "走访困难党员" not in text
    assert text_for(busy.tree.counties[1]) == []


def test_what_does_not_fit_is_counted(office: Office) -> None:
    office.assign(units=office.tree.departments, wording="修复路灯", due_on=SOME_DAY - timedelta(days=1))
    office.recount()
    whole, short = text_for(office.tree.city, most_bytes=18_000), text_for(office.tree.city, most_bytes=300)
    assert len("\n".join(short).encode()) <= 300
    assert short[-2] == f"and {len(whole) - 2 - (len(short) - 3)} other units"
    assert short[-1].startswith("See details")
    assert text_for(office.tree.city, link="")[-1].startswith(office.tree.departments[-1].shown_name)

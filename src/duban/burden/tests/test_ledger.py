"""The ledger: what every number counts, for whom, and that its sums are those of its rows."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.access.states import Reach
from duban.burden import queries, sheets
from duban.burden.models import Cap
from duban.burden.queries import LedgerFilter
from duban.burden.states import DemandKind
from duban.burden.tests.conftest import AT
from duban.burden.weeks import week_of
from duban.config.factories import SOME_DAY, actor_with
from duban.kernel.errors import NotFound

WEEK = timedelta(days=7)


def ledger(cast, actor=None, **given):
    return queries.ledger(
        actor=actor or cast.head, given=LedgerFilter(**{"week": SOME_DAY, **given}), today=SOME_DAY + 8 * WEEK
    )


def asked(cast, unit=None, week=SOME_DAY, actor=None):
    return queries.asked_of(actor=actor or cast.head, unit_id=(unit or cast.village).pk, week=week)


class TestLedger:
    def test_counts_each_kind_of_a_unit_in_its_week(self, cast):
        for kind in DemandKind.values:
            cast.book([cast.village], kind=kind)
        cast.book([cast.village], at=AT + WEEK)
        (row,) = ledger(cast).page.rows
        assert (row.unit, row.by_kind, row.now.items, row.now.minutes) == (cast.village, [1] * 5, 5, 210)

    def test_shows_the_weeks_before(self, cast):
        cast.book([cast.village], at=AT - WEEK, minutes=7)
        (row,) = ledger(cast).page.rows
        assert [(week.items, week.minutes) for week in (row.now, *row.before)] == [(0, 0), (1, 7), (0, 0), (0, 0)]

    def test_lists_units_in_protocol_order_whatever_their_numbers(self, cast):
        cast.book(cast.tree.villages[:5])
        for _time in range(4):
            cast.book(cast.tree.villages[3:4])
        assert [row.unit for row in ledger(cast).page.rows] == cast.tree.villages[:5]

    def test_narrows_to_units_above_their_cap(self, cast):
        cast.book(cast.tree.villages[:5])
        for _time in range(2):
            cast.book(cast.tree.villages[1:3])
        found = ledger(cast, show="above")
        assert [row.unit for row in found.page.rows] == cast.tree.villages[1:3]
        assert found.page.rows[0].above == ["requests 3/2"]
        assert found.units_above == 2

    def test_narrows_by_level_kind_asker_and_place(self, cast):
        cast.book(cast.tree.villages[:2])
        cast.book(cast.tree.townships[:2], asker=cast.tree.counties[0])
        assert len(ledger(cast, levels=("township",)).page.rows) == 2
        assert len(ledger(cast, kinds=("village",)).page.rows) == 2
        assert len(ledger(cast, asker_id=cast.tree.counties[0].pk).page.rows) == 2
        assert {row.unit for row in ledger(cast, unit_id=cast.tree.townships[0].pk).page.rows} == {
            cast.tree.townships[0],
            *cast.tree.villages[:2],
        }

    def test_is_paged_by_key_and_the_sum_stays_that_of_the_whole(self, cast):
        cast.book(cast.tree.villages)
        given = LedgerFilter(week=SOME_DAY)
        seen, after = [], ""
        while True:
            found = queries.ledger(actor=cast.head, given=given, today=SOME_DAY, after=after, size=100)
            assert found.total["items"] == len(cast.tree.villages)
            seen += [row.unit for row in found.page.rows]
            after = found.page.after
            if not after:
                break
        assert seen == cast.tree.villages
        assert [row.unit for row in queries.ledger_rows(actor=cast.head, given=given, today=SOME_DAY)] == seen

    def test_shows_only_the_units_in_ones_scope(self, cast):
        cast.book(cast.tree.villages)
        county = cast.tree.counties[1]
        found = ledger(cast, actor=actor_with(unit=county, role="county_office"))
        inside = [unit for unit in cast.tree.villages if unit.path.startswith(county.path)]
        assert found.total["items"] == len(inside)
        assert all(row.unit in inside for row in found.page.rows)

    def test_a_unit_sees_its_own_and_no_sisters(self, cast):
        cast.book(cast.tree.villages[:2])
        assert asked(cast, actor=cast.liaison).counts["items"] == 1
        with pytest.raises(NotFound):
            asked(cast, cast.tree.villages[1], actor=cast.liaison)

    def test_an_earlier_date_set_when_passing_down_is_counted(self, cast):
        cast.book([cast.village], days_earlier=5)
        # On long-term work there is no original date that it could lie before: it counts as one all the same.
        cast.book([cast.village], is_earlier=True)
        cast.book([cast.village])
        found = asked(cast)
        assert found.counts["earlier"] == 2
        assert [line.earlier for line in found.lines] == [
            "due 5 days earlier than the original date",
            "a date set on long-term work",
            "",
        ]
        shown = ledger(cast)
        assert (shown.page.rows[0].numbers[-1], shown.totals[-1]) == (2, 2)
        (asker,) = queries.askers(actor=cast.head, given=LedgerFilter(week=SOME_DAY), today=SOME_DAY)
        assert asker.earlier == 2

    def test_the_column_of_earlier_dates_is_on_the_page_and_in_the_files(self, cast):
        cast.book([cast.village], days_earlier=5)
        given = LedgerFilter(week=SOME_DAY)
        sheet = sheets.of_ledger(actor=cast.head, given=given, today=SOME_DAY)
        number = [column.title for column in sheet.columns].index("Date set earlier below")
        assert [row[number] for row in sheet.rows] == [1]
        page = cast.client(cast.head).get(f"/burden/?week={SOME_DAY}").content.decode()
        assert "Date set earlier below" in page
        own = sheets.of_unit(asked(cast))
        assert [row[-1] for row in own.rows] == ["due 5 days earlier than the original date"]

    def test_a_monthly_report_is_one_item_and_burdens_every_week(self, cast):
        cast.book([cast.village], rhythm="monthly", minutes=60, due_on=SOME_DAY + 8 * WEEK)
        first, second = asked(cast), asked(cast, week=SOME_DAY + WEEK)
        assert (first.counts["items"], first.counts["minutes"]) == (1, 14)
        assert (second.counts["items"], second.counts["minutes"]) == (0, 14)

    def test_who_asked_how_much_sums_to_what_was_asked(self, cast):
        cast.book(cast.tree.villages[:7])
        cast.book(cast.tree.villages[:3], asker=cast.tree.departments[1], minutes=11)
        rows = queries.askers(actor=cast.head, given=LedgerFilter(week=SOME_DAY), today=SOME_DAY)
        assert [(row.asker, row.demands, row.units, row.items, row.minutes) for row in rows] == [
            (cast.tree.city, 1, 7, 7, 210),
            (cast.tree.departments[1], 1, 3, 3, 33),
        ]

    def test_a_unit_without_a_cap_is_never_above(self, cast):
        Cap.objects.all().delete()
        for _time in range(20):
            cast.book([cast.village])
        assert ledger(cast).units_above == 0


BOOKINGS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
        st.sampled_from(DemandKind.values),
        st.integers(0, 200),
        st.sampled_from(["once", "weekly", "monthly", "quarterly"]),
        st.integers(-21, 21),
        st.integers(0, 60),
    ),
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bookings=BOOKINGS)
def test_the_sum_of_the_rows_is_every_number_shown(cast, bookings):
    with transaction.atomic():
        villages = cast.tree.villages[:6]
        for places, kind, minutes, rhythm, asked_after, due_after in bookings:
            cast.book(
                [villages[place] for place in places],
                kind=kind,
                minutes=minutes,
                rhythm=rhythm,
                due_on=SOME_DAY + timedelta(days=asked_after + due_after),
                at=AT + timedelta(days=asked_after),
            )
        for week in (week_of(SOME_DAY) + number * WEEK for number in range(-1, 4)):
            found = ledger(cast, week=week, show="all", kinds=("village",), unit_id=cast.tree.townships[0].pk)
            lines = {unit.pk: asked(cast, unit, week).lines for unit in villages}
            for row in found.page.rows:
                own = lines.get(row.unit.pk, [])
                assert row.now.minutes == sum(line.demand.minutes for line in own)
                assert row.now.items == sum(line.is_item for line in own) == sum(row.by_kind)
            assert found.total["minutes"] == sum(line.demand.minutes for own in lines.values() for line in own)
            by_asker = queries.askers(actor=cast.head, given=found.given, today=SOME_DAY + 8 * WEEK)
            assert sum(row.minutes for row in by_asker) == found.total["minutes"]
            assert sum(row.items for row in by_asker) == found.total["items"]
        # Rows of the ledger are never deleted; each example leaves the ledger as it was.
        transaction.set_rollback(True)


def test_other_units_demands_are_not_counted(cast, noise_in_the_ledger):
    cast.book([cast.village])
    assert asked(cast).counts["items"] == 1
    assert ledger(cast, unit_id=cast.tree.counties[0].pk).total["items"] == 1


@pytest.fixture
def noise_in_the_ledger(cast):
    """Demands of the last county, in the same week, the week before and after, and a county clerk who reads them."""
    elsewhere = [unit for unit in cast.tree.villages if unit.path.startswith(cast.tree.counties[-1].path)]
    for at in (AT, AT - WEEK, AT + WEEK):
        cast.book(elsewhere, at=at)
    actor_with(unit=elsewhere[0], role="unit_liaison", reach=Reach.UNIT)

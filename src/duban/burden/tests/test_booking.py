"""Booking: one demand, one row per unit; what a cap or a closed period refuses is not booked."""

from datetime import date, timedelta

import pytest

from duban.burden import commands, queries
from duban.burden.models import Cap, Demand, DemandUnit
from duban.burden.queries import Asking
from duban.burden.tests.conftest import AT
from duban.config.factories import SOME_DAY, actor_with
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.organisation.models import Unit

WEEK = timedelta(days=7)


def cost(cast, units, **given):
    return queries.cost_of(
        actor=cast.clerk,
        units=Unit.objects.filter(pk__in=[unit.pk for unit in units]),
        asked=[Asking(**{"kind": "task", "asked_on": SOME_DAY, **given})],
    )


def refuse_above(cast, kind="village", **limits):
    return commands.set_cap(
        actor=cast.head,
        unit_kind=kind,
        limits={"requests": 2, "minutes": 120, "documents": 2, "falling_due": 3, **limits},
        effect="refuse",
        at=AT,
    )


class TestBook:
    def test_books_one_row_for_each_unit(self, cast):
        demand = cast.book(cast.tree.villages)
        assert DemandUnit.objects.filter(demand=demand).count() == len(cast.tree.villages)
        assert (demand.from_week, demand.minutes) == (SOME_DAY, 30)

    def test_the_same_source_twice_is_one_demand(self, cast):
        first = cast.book(cast.tree.villages[:3], source="x")
        second = cast.book(cast.tree.villages[:5], source="x")
        assert first.pk == second.pk
        assert DemandUnit.objects.filter(demand=first).count() == 5

    def test_is_refused_above_a_cap_that_refuses_and_nothing_is_booked(self, cast):
        refuse_above(cast)
        for _time in range(2):
            cast.book([cast.village])
        with pytest.raises(InvalidInput, match="above their cap: requests 1"):
            cast.book(cast.tree.villages[:4])
        assert Demand.objects.count() == 2

    def test_a_cap_that_warns_lets_it_through(self, cast):
        for _time in range(11):
            cast.book([cast.village])
        assert Demand.objects.count() == 11

    def test_booking_again_does_not_count_itself(self, cast):
        refuse_above(cast, requests=1)
        cast.book([cast.village], source="x")
        cast.book([cast.village], source="x")

    def test_a_date_in_a_closed_period_is_refused_with_a_later_one(self, cast):
        block(cast, is_closed=True)
        with pytest.raises(InvalidInput, match=r"麦收.*holds for 1.*2026-06-15"):
            cast.book([cast.village], due_on=date(2026, 6, 10))


def block(cast, *, actor=None, unit=None, **given):
    return commands.block_days(
        actor=actor or cast.head,
        unit_id=(unit or cast.tree.counties[0]).pk,
        **{
            "name": "麦收",
            "from_on": date(2026, 6, 1),
            "until_on": date(2026, 6, 14),
            "kinds": ["village"],
            "at": AT,
            **given,
        },
    )


class TestCost:
    def test_says_units_and_minutes_in_all(self, cast):
        found = cost(cast, cast.tree.villages, minutes=10)
        number = len(cast.tree.villages)
        assert (found.units, found.minutes) == (number, number * 10)
        assert found.warnings == []

    def test_says_how_many_units_of_which_kind_would_lie_above_their_cap(self, cast):
        cast.book(cast.tree.villages[:5])
        cast.book(cast.tree.villages[:3])
        (full,) = cost(cast, [*cast.tree.villages, *cast.tree.townships]).too_full
        assert (full.unit_kind, full.week, full.units, full.by_limit["requests"]) == ("village", SOME_DAY, 3, 3)
        assert not full.is_refused

    def test_minutes_are_a_limit_of_their_own(self, cast):
        (full,) = cost(cast, cast.tree.villages[:2], minutes=121).too_full
        assert full.by_limit == {"requests": 0, "minutes": 2, "documents": 0}

    def test_a_document_is_held_against_the_documents(self, cast):
        cast.book([cast.village], kind="document")
        cast.book([cast.village], kind="document")
        (full,) = cost(cast, [cast.village], kind="document").too_full
        assert full.by_limit == {"requests": 0, "minutes": 0, "documents": 1}

    def test_a_weekly_report_is_held_against_each_week(self, cast):
        cast.book([cast.village], at=AT + WEEK)
        cast.book([cast.village], at=AT + WEEK)
        (full,) = cost(cast, [cast.village], rhythm="weekly", due_on=SOME_DAY + 4 * WEEK).too_full
        assert full.week == SOME_DAY + WEEK

    def test_says_how_many_units_have_too_many_items_due_in_one_week(self, cast):
        for _time in range(3):
            cast.book([cast.village], due_on=SOME_DAY + WEEK, at=AT - 9 * WEEK)
        assert cost(cast, cast.tree.villages, due_on=SOME_DAY + WEEK + timedelta(days=4)).falling_due == {
            SOME_DAY + WEEK: 1
        }
        assert cost(cast, cast.tree.villages, due_on=SOME_DAY + 2 * WEEK).falling_due == {}

    def test_says_for_how_many_units_the_date_is_blocked_and_proposes_a_later_one(self, cast):
        block(cast)
        found = cost(cast, [*cast.tree.villages, *cast.tree.townships], due_on=date(2026, 6, 10))
        in_county = [unit for unit in cast.tree.villages if unit.path.startswith(cast.tree.counties[0].path)]
        assert [(blocked.units, blocked.is_closed) for blocked in found.blocked] == [(len(in_county), False)]
        assert (found.later, found.refusals) == (date(2026, 6, 15), [])

    def test_the_later_date_steps_over_the_next_period_too(self, cast):
        block(cast)
        block(cast, name="考试", from_on=date(2026, 6, 15), until_on=date(2026, 6, 16))
        assert cost(cast, [cast.village], due_on=date(2026, 6, 10)).later == date(2026, 6, 17)

    def test_a_period_that_was_taken_away_blocks_nothing(self, cast):
        commands.end_period(actor=cast.head, period_id=block(cast, is_closed=True).pk, at=AT)
        assert cost(cast, [cast.village], due_on=date(2026, 6, 10)).blocked == []


class TestLimits:
    def test_the_head_of_the_top_office_sets_a_cap(self, cast):
        refuse_above(cast, requests=7)
        assert (Cap.objects.get(unit_kind="village").requests, Cap.objects.get(unit_kind="village").effect) == (
            7,
            "refuse",
        )

    def test_a_clerk_does_not(self, cast):
        with pytest.raises(NotAllowed, match="Ask the head"):
            commands.set_cap(
                actor=cast.clerk,
                unit_kind="village",
                limits={"requests": 9, "minutes": 9, "documents": 9, "falling_due": 9},
                effect="warn",
                at=AT,
            )

    def test_a_unit_states_its_own_busy_days_which_never_refuse(self, cast):
        period = block(cast, actor=cast.liaison, unit=cast.village, is_closed=True)
        assert (period.is_closed, period.with_below, period.kinds) == (False, False, [])
        assert [blocked.units for blocked in cost(cast, cast.tree.villages, due_on=date(2026, 6, 10)).blocked] == [1]

    def test_a_unit_states_them_for_nobody_else(self, cast):
        group = actor_with(unit=cast.tree.townships[0], role="group_member")
        with pytest.raises(NotAllowed):
            block(cast, actor=group, unit=cast.village)

    def test_a_unit_does_not_take_away_what_the_office_blocked(self, cast):
        period = block(cast, unit=cast.village)
        with pytest.raises(NotAllowed):
            commands.end_period(actor=cast.liaison, period_id=period.pk, at=AT)

    def test_a_period_ends_after_it_begins(self, cast):
        with pytest.raises(InvalidInput, match="last day"):
            block(cast, until_on=date(2026, 5, 1))

"""Late and near are derived from a date and a day; what has no date is never late."""

from datetime import date, timedelta

import pytest

from duban.tasks.words import judged

DAY = date(2026, 3, 2)
NEAR = DAY + timedelta(days=7)


@pytest.mark.parametrize(
    "status, due, kind, tone",
    [
        ("in_hand", DAY - timedelta(days=1), "date", "overdue"),
        ("asked_done", DAY - timedelta(days=1), "date", "overdue"),
        ("in_hand", DAY, "date", "near"),
        ("to_sign", NEAR, "date", "near"),
        ("to_sign", NEAR + timedelta(days=1), "date", "normal"),
        ("in_hand", None, "long_term", "long"),
        ("in_hand", None, "recurring", "long"),
        ("in_hand", None, "none", "long"),
        ("done", DAY - timedelta(days=1), "date", "done"),
        ("declined", DAY - timedelta(days=1), "date", "off"),
        ("withdrawn", None, "none", "off"),
    ],
)
def test_the_pace_of_an_item_follows_from_its_date(status, due, kind, tone):
    assert judged(status=status, agreed_due=due, due_kind=kind, as_of=DAY, near_until=NEAR)[0] == tone


def test_work_without_a_date_says_which_kind_it_is():
    words = {
        kind: judged(status="in_hand", agreed_due=None, due_kind=kind, as_of=DAY, near_until=NEAR)[1]
        for kind in ("long_term", "recurring", "none")
    }
    assert words == {"long_term": "Long-term", "recurring": "Recurring", "none": "No date"}

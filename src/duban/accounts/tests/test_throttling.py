"""How long one waits after failures."""

from datetime import UTC, datetime, timedelta

from duban.accounts.throttling import (
    FREE_FOR_NAME,
    FREE_FOR_PLACE,
    LONGEST_FOR_NAME,
    LONGEST_FOR_PLACE,
    Place,
    name_hash,
    seconds_to_wait,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def wait(*, for_name: int = 0, for_place: int = 0, ago: int = 0) -> int:
    return seconds_to_wait(for_name=for_name, for_place=for_place, last=NOW - timedelta(seconds=ago), at=NOW)


def test_a_few_failures_cost_nothing() -> None:
    assert seconds_to_wait(for_name=0, for_place=0, last=None, at=NOW) == 0
    assert wait(for_name=FREE_FOR_NAME - 1) == 0
    assert wait(for_place=FREE_FOR_PLACE - 1) == 0


def test_the_wait_doubles_and_has_an_end() -> None:
    waits = [wait(for_name=FREE_FOR_NAME + beyond) for beyond in range(12)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_FOR_NAME
    assert wait(for_place=FREE_FOR_PLACE + 50) == LONGEST_FOR_PLACE


def test_the_wait_passes() -> None:
    assert wait(for_name=FREE_FOR_NAME + 3, ago=10) == 6
    assert wait(for_name=FREE_FOR_NAME + 3, ago=16) == 0


def test_a_browser_that_knows_the_name_is_a_place_of_its_own() -> None:
    known = Place(address="10.0.0.1", known_name=name_hash("zhang"), known_browser="abc")
    stranger = Place(address="10.0.0.1")
    assert known.word_for("Zhang ") != stranger.word_for("zhang")
    # For another name it is the address like everybody else's.
    assert known.word_for("li") == stranger.word_for("li")


def test_no_address_can_be_read_from_what_is_kept() -> None:
    assert "10.0.0.1" not in Place(address="10.0.0.1").word_for("zhang")
    assert len(name_hash("zhang")) == 64

"""What words in a table mean, without a database."""

from datetime import date

import pytest
from django.utils import translation

from duban.organisation import states
from duban.organisation.register import words
from duban.organisation.register.entries import pack_entries, read_day, read_entry, unpack_entries

AXES = [
    (words.LEVELS, states.Level),
    (words.FIELDS, states.Field),
    (words.KINDS, states.Kind),
    (words.RANKS, states.Rank),
]


@pytest.mark.parametrize("axis, choices", AXES)
def test_every_class_has_words_and_the_first_is_the_one_on_our_pages(axis, choices):
    assert list(axis.words) == choices.values
    with translation.override("zh-hans"):
        assert axis.first_words == [str(choice.label) for choice in choices]


@pytest.mark.parametrize("axis, _choices", AXES)
def test_the_first_word_of_a_class_means_that_class(axis, _choices):
    for value, accepted in axis.words.items():
        assert axis.meaning(accepted[0]) == value


@pytest.mark.parametrize(
    "text, meaning",
    [("县（市、区）级", "county"), (" 乡 镇 级 ", "township"), ("村（社区）级", "village"), ("省部级", None)],
)
def test_words_are_understood_in_any_width_and_with_brackets(text, meaning):
    assert words.LEVELS.meaning(text) == meaning


def test_an_unknown_word_is_answered_with_the_nearest():
    entry, faults = read_entry(row=7, values={"code": "1", "name": "甲", "kind": "街道办", "level": "市级"})

    assert entry is not None
    assert entry.level == "city"
    assert [(fault.row, fault.column) for fault in faults] == [(7, "kind")]
    assert "街道" in faults[0].message


@pytest.mark.parametrize(
    "text, day",
    [
        ("2019-05-01", date(2019, 5, 1)),
        ("2019年5月1日", date(2019, 5, 1)),
        ("２０１９．５", date(2019, 5, 1)),
        ("2019/5/31", date(2019, 5, 31)),
        ("20190501", date(2019, 5, 1)),
        ("2019-05-01T00:00:00", date(2019, 5, 1)),
        ("2019-02-30", None),
        ("去年", None),
    ],
)
def test_dates_are_read_as_offices_write_them(text, day):
    assert read_day(text) == day


def test_deputies_are_read_with_their_fields():
    entry, faults = read_entry(
        row=1, values={"code": "1", "name": "甲", "deputies": "李 某（党建、意识形态）；王某\n赵某(信访)"}
    )

    assert faults == []
    assert entry is not None
    assert entry.deputies == (("李某", "党建、意识形态"), ("王某", ""), ("赵某", "信访"))


def test_a_unit_has_one_principal():
    _entry, faults = read_entry(row=1, values={"code": "1", "name": "甲", "principal": "李某、王某"})

    assert [fault.column for fault in faults] == ["principal"]


def test_an_entry_is_the_same_after_being_kept():
    entry, _faults = read_entry(
        row=1,
        values={"code": "1", "name": "甲", "deputies": "李某（党建）", "liaisons": "王某", "founded_on": "2019-05-01"},
    )
    assert entry is not None

    assert unpack_entries(pack_entries([entry])) == [entry]

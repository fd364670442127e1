"""Deadlines as Chinese papers write them."""

from datetime import date

import pytest

from duban.workdays.expressions import Due, find_dues, next_occurrence, read_due, seeded_calendar

ON = date(2026, 3, 2)
CALENDAR = seeded_calendar()


def read(text: str, on: date | None = ON, *, inclusive_before: bool = True) -> Due:
    return read_due(text=text, on=on, calendar=CALENDAR, inclusive_before=inclusive_before)


def shape(due: Due) -> tuple[str, str | None, str | None, str | None]:
    seen = due.as_dict()
    return due.kind, seen["start"], seen["end"], seen["period"]


DEADLINES = {
    "4月15日前": "2026-04-15",
    "4月15日之前": "2026-04-15",
    "6月底前": "2026-06-30",
    "6月末": "2026-06-30",
    "本月底前": "2026-03-31",
    "下月5日前": "2026-04-05",
    "月底前": "2026-03-31",
    "月中": "2026-03-15",
    "15日前": "2026-03-15",
    "1日前": "2026-04-01",
    "6月上旬前": "2026-06-10",
    "第三季度末": "2026-09-30",
    "三季度末前": "2026-09-30",
    "本季度末": "2026-03-31",
    "年底前": "2026-12-31",
    "年内": "2026-12-31",
    "2027年年底前": "2027-12-31",
    "明年底前": "2027-12-31",
    "明年3月底前": "2027-03-31",
    "截至5月31日": "2026-05-31",
    "不迟于6月30日": "2026-06-30",
    "最迟6月30日下午6时前": "2026-06-30",
    "本周五前": "2026-03-06",
    "本周内": "2026-03-08",
    "国庆前": "2026-09-30",
    "“五一”前": "2026-04-30",
    "中秋节前": "2026-09-24",
    "清明前": "2026-04-04",
    "二〇二六年六月三十日前": "2026-06-30",
    "廿五日前": "2026-03-25",
    "2026.6.30前": "2026-06-30",
    "6.30前": "2026-06-30",
    "６月３０日前": "2026-06-30",
    "6 月 30 日 前": "2026-06-30",
    # A deadline well before the document's date belongs to the next year.
    "1月15日前": "2027-01-15",
    "春节前": "2027-02-05",
    "2月底前": "2026-02-28",
    "二季度内": "2026-06-30",
    "季度末": "2026-03-31",
    "年度内": "2026-12-31",
    "周五下班前": "2026-03-06",
    "12月31日（含）前": "2026-12-31",
    "12月31日（不含）前": "2026-12-30",
    "2026年6月30日(周二)前": "2026-06-30",
    "到明年6月": "2027-06-30",
}


@pytest.mark.parametrize(("text", "end"), DEADLINES.items())
def test_a_deadline_has_an_end_and_no_start(text: str, end: str) -> None:
    assert shape(read(text)) == ("date", None, end, None)
    assert read(text).raw == text


SPANS = {
    "两周内": "2026-03-16",
    "一个月内": "2026-04-02",
    "5日内": "2026-03-07",
    "10个工作日内": "2026-03-16",
    "3—5个工作日内": "2026-03-09",
    "不超过5个工作日": "2026-03-09",
    "半个月内": "2026-03-17",
    "半年内": "2026-09-02",
    "一个半月内": "2026-04-17",
    "24小时内": "2026-03-03",
    "36小时内": "2026-03-04",
    "会后3日内": "2026-03-05",
    "会后三天内": "2026-03-05",
    "自发文之日起15日内": "2026-03-17",
    "收到通知后5个工作日内": "2026-03-09",
    "今后两年内": "2028-03-02",
    "10个工作日": "2026-03-16",
    "两周": "2026-03-16",
    "自通知印发之日起十日内": "2026-03-12",
    "30分钟内": "2026-03-02",
    "一个月之内": "2026-04-02",
}


@pytest.mark.parametrize(("text", "end"), SPANS.items())
def test_a_span_counts_from_the_documents_date(text: str, end: str) -> None:
    assert shape(read(text)) == ("date", "2026-03-02", end, None)
    assert read(text).raw == text


def test_a_span_of_working_days_leaps_over_holidays_and_counts_make_up_days() -> None:
    # Fifteen weekdays in a row are not free of work: 7 days of holiday from 15 February, a worked Saturday on the 28th.
    assert read("10个工作日内", on=date(2026, 2, 12)).end == date(2026, 3, 4)


PERIODS = {
    "6月上旬": ("2026-06-01", "2026-06-10"),
    "6月中旬": ("2026-06-11", "2026-06-20"),
    "2月下旬": ("2026-02-21", "2026-02-28"),
    "6月中下旬": ("2026-06-11", "2026-06-30"),
    "上旬": ("2026-03-01", "2026-03-10"),
    "11月": ("2026-11-01", "2026-11-30"),
    "2026.6": ("2026-06-01", "2026-06-30"),
    "2026年11月": ("2026-11-01", "2026-11-30"),
    "上半年": ("2026-01-01", "2026-06-30"),
    "下半年": ("2026-07-01", "2026-12-31"),
    "明年": ("2027-01-01", "2027-12-31"),
    "第三季度": ("2026-07-01", "2026-09-30"),
    "一至三季度": ("2026-01-01", "2026-09-30"),
    "2026年3月至5月": ("2026-03-01", "2026-05-31"),
    "3至5月": ("2026-03-01", "2026-05-31"),
    "3月-5月": ("2026-03-01", "2026-05-31"),
    "2026.3-2026.5": ("2026-03-01", "2026-05-31"),
    "2026.3-5": ("2026-03-01", "2026-05-31"),
    "3月至2026年5月": ("2026-03-01", "2026-05-31"),
    "12月至2026年2月": ("2025-12-01", "2026-02-28"),
    "３月５日至８日": ("2026-03-05", "2026-03-08"),
    "今年9月至明年1月": ("2026-09-01", "2027-01-31"),
    "9月至次年1月": ("2026-09-01", "2027-01-31"),
    "11月至1月": ("2026-11-01", "2027-01-31"),
    "即日起至5月31日": ("2026-03-02", "2026-05-31"),
    "从即日起到6月底": ("2026-03-02", "2026-06-30"),
    "2025-2026年": ("2025-01-01", "2026-12-31"),
    "为期三个月": ("2026-03-02", "2026-06-02"),
    "自4月1日起": ("2026-04-01", None),
    "10月1日后": ("2026-10-02", None),
    "今年以来": ("2026-01-01", "2026-03-02"),
    "6月1—30日": ("2026-06-01", "2026-06-30"),
    "从现在起到年底": ("2026-03-02", "2026-12-31"),
    "2026全年": ("2026-01-01", "2026-12-31"),
    "国庆后": ("2026-10-02", None),
}


@pytest.mark.parametrize(("text", "bounds"), PERIODS.items())
def test_a_period_has_its_bounds(text: str, bounds: tuple[str, str | None]) -> None:
    assert shape(read(text)) == ("period", *bounds, None)
    assert read(text).raw == text


@pytest.mark.parametrize(
    "text", ["2026-06-30", "2026/6/30", "2026.6.30", "20260630", "2026年6月30日", "二〇二六年六月三十日"]
)
def test_a_named_day_starts_and_ends_on_itself(text: str) -> None:
    assert shape(read(text, on=None)) == ("date", "2026-06-30", "2026-06-30", None)


@pytest.mark.parametrize("text", ["6/30", "6-30", "6.30", " ６.３０ "])
def test_a_cell_may_hold_a_day_in_figures_only(text: str) -> None:
    assert shape(read(text)) == ("date", "2026-06-30", "2026-06-30", None)


def test_a_cell_that_became_a_moment_is_read_as_its_day() -> None:
    assert shape(read("2026-06-30 00:00:00")) == ("date", "2026-06-30", "2026-06-30", None)


RHYTHMS = {
    "每月25日前": ("FREQ=MONTHLY;BYMONTHDAY=25", "2026-03-25"),
    "每月10日、25日前": ("FREQ=MONTHLY;BYMONTHDAY=10,25", "2026-03-10"),
    "每月底前": ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-03-31"),
    "每月上旬": ("FREQ=MONTHLY;BYMONTHDAY=10", "2026-03-10"),
    "每月最后一个工作日": ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-03-31"),
    "每月第一个周五前": ("FREQ=MONTHLY;BYDAY=1FR", "2026-03-06"),
    "每周五前": ("FREQ=WEEKLY;BYDAY=FR", "2026-03-06"),
    "每周一、周四": ("FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-05"),
    "每周": ("FREQ=WEEKLY", "2026-03-08"),
    "每两周": ("FREQ=WEEKLY;INTERVAL=2", "2026-03-15"),
    "每半月": ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "2026-03-15"),
    "每两个月": ("FREQ=MONTHLY;INTERVAL=2", "2026-04-30"),
    "每季度末": ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", "2026-03-31"),
    "每季度末月25日前": ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25", "2026-03-25"),
    "每半年": ("FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", "2026-06-30"),
    "每年6月底前": ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=-1", "2026-06-30"),
    "每年": ("FREQ=YEARLY", "2026-12-31"),
    "每天": ("FREQ=DAILY", "2026-03-03"),
    "每月5日至10日": ("FREQ=MONTHLY;BYMONTHDAY=10", "2026-03-10"),
    "每月前5个工作日": ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5", "2026-03-06"),
    "每周一至周五": ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-03-03"),
    "每隔两周": ("FREQ=WEEKLY;INTERVAL=2", "2026-03-15"),
    "每季度25日前": ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25", "2026-03-25"),
    "每季度首月10日前": ("FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10", "2026-04-10"),
    "每年6月、12月底前": ("FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", "2026-06-30"),
}


@pytest.mark.parametrize(("text", "expected"), RHYTHMS.items())
def test_a_rhythm_is_a_rule_with_a_next_day(text: str, expected: tuple[str, str]) -> None:
    rule, following = expected
    due = read(text, on=None)
    assert shape(due) == ("recurring", None, None, rule)
    assert not due.needs_date
    assert next_occurrence(rule, after=ON, calendar=CALENDAR).isoformat() == following


def test_a_rhythm_may_begin_on_a_day() -> None:
    assert shape(read("12月起每周公布")) == ("recurring", "2026-12-01", None, "FREQ=WEEKLY")


def test_once_a_week_names_no_monday() -> None:
    assert read("每周一次").period == "FREQ=WEEKLY"
    assert read("每周一调度").period == "FREQ=WEEKLY"
    assert read("每周一上午").period == "FREQ=WEEKLY;BYDAY=MO"


@pytest.mark.parametrize("text", ["长期坚持", "贯穿始终", "贯穿教育全过程", "常态化推进", "长期", "持续"])
def test_what_never_ends_is_long_term(text: str) -> None:
    assert shape(read(text)) == ("long_term", None, None, None)


@pytest.mark.parametrize("text", ["及时", "第一时间", "定期", "尽快", "立行立改", "几天内"])
def test_what_names_no_day_is_vague(text: str) -> None:
    assert shape(read(text)) == ("vague", None, None, None)


@pytest.mark.parametrize(
    "text", ["", " ", "待定", "x月x日前", "第十一条", "二十一个", "近三年内", "12345", "13.14", "100%", "不得超过1小时"]
)
def test_what_says_no_time_is_unknown(text: str) -> None:
    assert shape(read(text)) == ("unknown", None, None, None)


@pytest.mark.parametrize(
    "text", ["4月15日前", "两周内", "本月底前", "即日起至5月31日", "明年", "会后3日内", "15日前", "年底前"]
)
def test_without_the_documents_date_the_end_stays_empty_and_says_so(text: str) -> None:
    due = read(text, on=None)
    assert due.end is None
    assert due.needs_date


def test_a_stated_year_needs_no_document() -> None:
    due = read("2026年4月15日前", on=None)
    assert due.end == date(2026, 4, 15)
    assert not due.needs_date


def test_before_leaves_the_day_out_where_the_policy_says_so() -> None:
    assert read("4月15日前", inclusive_before=False).end == date(2026, 4, 14)
    assert read("6月前", inclusive_before=False).end == date(2026, 5, 31)
    assert read("6月底前", inclusive_before=False).end == date(2026, 6, 30)
    assert read("每月25日前", inclusive_before=False).period == "FREQ=MONTHLY;BYMONTHDAY=24"
    assert read("每月1日前", inclusive_before=False).period == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert read("每周一前", inclusive_before=False).period == "FREQ=WEEKLY;BYDAY=SU"


def test_a_span_after_another_event_keeps_its_length_and_names_the_event() -> None:
    due = read("签收后3日内")
    assert shape(due) == ("date", None, None, "P3D")
    assert due.event == "签收后"
    assert read("分管领导审定后5个工作日内").period == "P5WD"


def test_a_day_that_does_not_exist_is_said_to_be_impossible() -> None:
    for text in ("2月30日", "2026年13月5日前", "2026-06-31", "6月31日前"):
        due = read(text)
        assert due.impossible, text
        assert due.end is None


def test_working_days_beyond_the_published_years_are_marked() -> None:
    assert read("10个工作日内", on=date(2026, 12, 28)).beyond_calendar
    assert not read("10个工作日内", on=date(2026, 11, 2)).beyond_calendar
    assert not read("两周内", on=date(2026, 12, 28)).beyond_calendar


def test_a_sentence_gives_its_expressions_in_order_with_their_places() -> None:
    text = "各县区会后三天内传达，4月15日前报方案，每月25日前反馈进展，重大情况及时报告，长期坚持。"
    dues = find_dues(text=text, on=ON, calendar=CALENDAR)
    assert [due.raw for due in dues] == ["会后三天内", "4月15日前", "每月25日前", "及时", "长期坚持"]
    assert all(text[due.offset : due.offset + len(due.raw)] == due.raw for due in dues)


def test_the_date_of_a_phrase_comes_before_its_vague_words() -> None:
    assert read("及时整改，6月底前完成并长期坚持").raw == "6月底前"


def test_prose_without_time_gives_nothing() -> None:
    text = "第一，三是边查边改不够有力，一些单位不及时，有的载体达七、八种，全区3240次，占12.5%，一个月亮。"
    assert find_dues(text=text, on=ON, calendar=CALENDAR) == []

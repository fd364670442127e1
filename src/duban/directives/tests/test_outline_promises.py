"""What holds for every text: ranges cover it, noise is no duty, and damage leaves the tree the same."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.directives.outline import Node, Outline, read_outline
from duban.directives.tests.outline_texts import OWN, TEXTS
from duban.kernel.errors import InvalidInput

DUTIES = ("要", "必须", "应当", "不得", "确保", "严禁")
TO_WIDE = str.maketrans(",;:!?()", "，；：！？（）")
TO_NARROW = str.maketrans("，；：！？（）", ",;:!?()")
CLEAN = sorted(name for name in OWN if name in ("full_width_speech", "office_notice"))
UNPAGED = sorted(name for name in TEXTS if name not in ("damaged_speech", "paged_one_line", "gazette_pages", "000"))


def tree(nodes: list[Node]) -> list[Any]:
    """The tree without ids and places, in one width."""
    return [
        (
            re.sub(r"\s", "", (node.marker or "").translate(TO_NARROW)),
            node.title.translate(TO_NARROW),
            node.kind,
            node.implicit,
            tree(node.children),
        )
        for node in nodes
    ]


def shape(nodes: list[Node]) -> list[Any]:
    return [(node.marker, node.kind, shape(node.children)) for node in nodes]


def keeps_its_promises(text: str, outline: Outline) -> None:
    position = 0
    for start, end, _, _ in outline.ranges:
        assert start == position < end
        position = end
    assert position == len(text)
    assert "".join(text[start:end] for start, end, _, _ in outline.ranges) == text
    known = {node.id: node for node in outline.nodes()}
    owned = [(start, end, owner) for start, end, _, owner in outline.ranges if owner is not None]
    assert {owner for _, _, owner in owned} <= set(known)
    for node in known.values():
        assert node.ranges == [(start, end) for start, end, owner in owned if owner == node.id]
    assert outline.noise == [text[start:end] for start, end, kind, _ in outline.ranges if kind == "noise"]
    for piece in outline.noise:
        assert not any(duty in piece for duty in DUTIES), piece
    for sentence in outline.sentences:
        assert 0 <= sentence.start < sentence.end <= len(text)


WORDS = st.sampled_from(
    [
        "各县区",
        "市水务局",
        "要",
        "必须",
        "加强巡查",
        "完成整改",
        "6月底前",
        "10个工作日内",
        "不少于3次",
        "存在不足",
        "取得成效",
        "严禁",
        "确保安全",
        "有的单位",
        "五不放过",
        "主要负责同志",
        "抓落实",
        "x个",
        "**书记",
        "同志们:",
        "下面讲三点意见",
        "(责任单位:市教育局)",
        "第一时间",
        "每月25日前",
        "2026年3月2日",
        "目录",
        "范文",
    ]
)
MARKS = st.sampled_from(
    [
        "一、",
        "二、",
        "三、",
        "（一）",
        "(二)",
        "1.",
        "2、",
        "（1）",
        "①",
        "②",
        "一是",
        "二是",
        "三是",
        "一要",
        "二要",
        "首先,",
        "其次,",
        "最后,",
        "第一，",
        "第二，",
    ]
)
STOPS = st.sampled_from(
    ["。", "；", ",", "，", "、", "\n", "。\n", ":", "：", " ", "\u3000", "\r\n", "\n\n", "……", "”", "“", "(", ")", ""]
)
NOISE = st.sampled_from(
    [
        "\n2、",
        "\n- 3 -\n",
        "\n第4页\n",
        "……(某站省略300字,会员可读)……",
        "\n……\n",
        "首页 > 讲话 > 正文\n",
        "\ufeff",
        "&nbsp;",
        "\n上一篇:某文\n",
    ]
)
TEXT = st.lists(st.one_of(WORDS, MARKS, STOPS, NOISE), min_size=1, max_size=80).map("".join)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXT)
def test_ranges_cover_any_text_without_overlap_and_rebuild_it(text: str) -> None:
    with suppress(InvalidInput):
        keeps_its_promises(text, read_outline(text=text))


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300))
def test_any_string_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        keeps_its_promises(text, read_outline(text=text))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_text_is_rebuilt_from_its_ranges(name: str) -> None:
    keeps_its_promises(TEXTS[name], read_outline(text=TEXTS[name]))


@pytest.mark.parametrize("name", CLEAN)
def test_clean_text_has_no_noise(name: str) -> None:
    assert read_outline(text=TEXTS[name]).noise == []


@settings(max_examples=150, deadline=None)
@given(
    duty=st.sampled_from(DUTIES),
    around=st.sampled_from(
        [
            "上一篇:{}做好工作",
            "首页 > {}落实 > 正文",
            "来源:{}网",
            "……(某站省略30字,{}登录)……",
            "版权所有{}追究",
            "阅读次数:{}12",
            "本文来自{}网站 www.example.com",
            "……(未完,全文共900字,{}会员阅读)",
        ]
    ),
)
def test_a_line_with_a_verb_of_duty_is_never_noise(duty: str, around: str) -> None:
    line = around.format(duty)
    text = f"一、抓好落实\n各单位按时完成。\n{line}\n二、加强督导\n各单位按时完成。\n"
    outline = read_outline(text=text)
    keeps_its_promises(text, outline)
    assert not any(line in piece for piece in outline.noise)


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize("table", [TO_WIDE, TO_NARROW], ids=["wide", "narrow"])
def test_changed_widths_of_marks_leave_the_tree_the_same(name: str, table: dict[int, int]) -> None:
    before = read_outline(text=TEXTS[name])
    after = read_outline(text=TEXTS[name].translate(table))
    assert tree(after.sections) == tree(before.sections)


@pytest.mark.parametrize("name", sorted(TEXTS))
@settings(max_examples=8, deadline=None)
@given(seed=st.randoms(use_true_random=False))
def test_mixed_widths_leave_the_tree_the_same(name: str, seed: Any) -> None:
    text = "".join(seed.choice((mark, mark.translate(TO_WIDE), mark.translate(TO_NARROW))) for mark in TEXTS[name])
    assert tree(read_outline(text=text).sections) == tree(read_outline(text=TEXTS[name]).sections)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_windows_line_ends_leave_the_tree_the_same(name: str) -> None:
    text = TEXTS[name].replace("\n", "\r\n")
    outline = read_outline(text=text)
    keeps_its_promises(text, outline)
    assert tree(outline.sections) == tree(read_outline(text=TEXTS[name]).sections)


@pytest.mark.parametrize("name", UNPAGED)
@pytest.mark.parametrize("mark", ["\n{}、", "\n- {} -\n", "\n第{}页\n", "\n{}\n"])
def test_page_numbers_every_300_characters_leave_the_tree_the_same(name: str, mark: str) -> None:
    """N-01, N-02."""
    text = TEXTS[name]
    parts = [text[place : place + 300] for place in range(0, len(text), 300)]
    paged = parts[0] + "".join(mark.format(number) + part for number, part in enumerate(parts[1:], start=2))
    outline = read_outline(text=paged)
    keeps_its_promises(paged, outline)
    assert tree(outline.sections) == tree(read_outline(text=text).sections)


@pytest.mark.parametrize("name", UNPAGED)
@pytest.mark.parametrize("every", [180, 240, 400])
def test_page_numbers_at_other_distances_leave_the_tree_the_same(name: str, every: int) -> None:
    text = TEXTS[name]
    parts = [text[place : place + every] for place in range(0, len(text), every)]
    paged = "1、" + parts[0] + "".join(f"\n{number}、{part}" for number, part in enumerate(parts[1:], start=2))
    assert tree(read_outline(text=paged).sections) == tree(read_outline(text=text).sections)


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize("names", [("清河", "丙"), ("海棠山", "甲乙")], ids=["short", "long"])
def test_other_names_and_sites_leave_the_tree_the_same(name: str, names: tuple[str, str]) -> None:
    text = TEXTS[name]
    renamed = text
    for old, new in (
        ("云泽", names[0]),
        ("青石湾", names[1]),
        ("柳树渡", names[0]),
        ("文稿之家", names[1]),
        ("www.example.com", "abc.site.net"),
    ):
        renamed = renamed.replace(old, new)
    renamed = re.sub(r"[\u4e00-\u9fff]{2,6}(?=https?://)", names[0], renamed)
    renamed = re.sub(r"www\.\w+\.\w+", "m.other.org", renamed)
    renamed = re.sub(r"(?<=[，。])[\u4e00-\u9fff]{3}(?=总书记)", names[1], renamed)
    before, after = read_outline(text=text), read_outline(text=renamed)
    assert shape(after.sections) == shape(before.sections)
    assert len(after.noise) == len(before.noise)


def test_items_in_a_list_with_numbers_are_never_taken_for_page_marks() -> None:
    items = [
        "各单位把排查台账逐条核对清楚并由经办人签字后归档保存备查",
        "各单位把整改情况在公示栏里张贴出来让群众能够看得见说得上话",
        "各单位把遗留事项列成清单报送牵头部门统一登记编号跟踪办理到底",
    ]
    text = "工作安排\n" + "\n".join(f"{number}、{item * 4}" for number, item in enumerate(items, start=1))
    outline = read_outline(text=text)
    assert outline.noise == []
    assert [node.marker for node in outline.sections] == ["1、", "2、", "3、"]

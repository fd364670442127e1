"""What the importer notices in a text: labels, holes, sets, figures, repeats, tails, who and by when."""

import subprocess
import sys
from typing import Any

import pytest

from duban.directives.outline import Node, Outline, read_outline
from duban.directives.tests.outline_texts import TEXTS
from duban.kernel.errors import InvalidInput


def codes(outline: Outline) -> list[str]:
    return [warning["code"] for warning in outline.warnings]


def node_of(outline: Outline, title: str) -> Node:
    return next(node for node in outline.nodes() if node.title == title)


def task_of(outline: Outline, words: str) -> dict[str, Any]:
    return next(task for task in outline.explicit_tasks if words in task["text"])


def test_the_package_needs_neither_settings_nor_a_database() -> None:
    program = "import sys, duban.directives.outline; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    "text", ["", "  \n\u3000 ", "\x00\x01PK\x03\x04要", "\ufffd" * 40, "123 456 。。", "\x02\x03\x04各单位"]
)
def test_what_is_no_text_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_outline(text=text)
    assert str(refused.value).count(".") == 1


def test_text_without_markers_gives_its_requirements_and_a_warning() -> None:
    outline = read_outline(text="县里开了防汛会。各乡镇要立即开展排查，6月10日前完成除险加固。水利局必须24小时值守。")
    assert outline.sections == []
    assert "no_markers" in codes(outline)
    assert [task["responsible"] for task in outline.explicit_tasks] == ["各乡镇", "水利局"]
    assert task_of(outline, "除险加固")["deadline"] == "立即 | 6月10日前"


def test_model_text_label_and_page_marks_are_noise_and_known() -> None:
    """R-686, R-687."""
    outline = read_outline(text=TEXTS["damaged_speech"])
    assert outline.labels == ["model_text"]
    assert outline.title == "在全市河湖清洁行动调度会上的讲话"
    assert "model_text" in codes(outline)


def test_contents_are_matched_to_the_body_and_holes_are_measured() -> None:
    """R-696, R-698, R-699, R-700, R-701, R-702, R-704, R-706."""
    outline = read_outline(text=TEXTS["paywalled_contents"])
    assert outline.labels == ["transcript", "extract"]
    assert (outline.speaker_role, outline.on_behalf_of) == ("县委常委、副县长", "**县长")
    assert outline.completeness == {
        "shown": 1050,
        "total": 4120,
        "omitted_middle": 620,
        "omitted_end": 2450,
        "percent": 25.5,
    }
    assert [child.source for child in outline.sections[0].children] == ["toc", "toc", "both"]
    assert outline.sections[2].source == "toc"
    assert len(outline.toc) == 12
    assert {"incomplete", "masked_values", "only_in_contents", "transcript"} <= set(codes(outline))


def test_a_broken_line_does_not_split_a_sentence() -> None:
    """N-21."""
    outline = read_outline(text=TEXTS["paywalled_contents"])
    texts = [sentence.text for sentence in outline.sentences]
    assert any("从3月1日启动以来,全县跑了212个村" in text for text in texts)


def test_a_named_set_becomes_nodes_of_its_own() -> None:
    """R-703: 五不放过 and the like."""
    outline = read_outline(text=TEXTS["damaged_speech"])
    members = [node for node in outline.nodes() if node.implicit]
    assert [(node.set, node.kind) for node in members] == [("三不放过", "gate")] * 3
    assert all(len(node.ranges) >= 1 for node in members)


def test_more_sections_than_announced_are_all_kept_with_a_warning() -> None:
    """R-710."""
    text = (
        "同志们：\n下面，我讲两点意见。\n一、抓进度。各组要加快。\n二、抓质量。各组要从严。\n三、抓安全。各组要值守。\n"
    )
    outline = read_outline(text=text)
    assert len(outline.sections) == 3
    assert outline.announced_counts == [{"text": "我讲两点意见", "announced": 2, "found": 3, "match": False}]
    assert "count_mismatch" in codes(outline)


def test_words_that_stand_twice_are_found_once() -> None:
    """R-711."""
    twice = "要把群众反映的每一件小事都登记下来，逐件指定经办人，逐件约定回访时间，逐件把结果告诉来访的人，不许石沉大海，也不许张冠李戴。"
    outline = read_outline(text=f"同志们：\n一、抓登记。{twice}\n二、抓回访。{twice}各组要尽快落实。\n")
    first, second = [sentence for sentence in outline.sentences if sentence.text == twice]
    assert (first.repeats, second.repeats) == (None, first.index)
    assert task_of(outline, "石沉大海")["repeats"] is None


def test_a_repeated_sentence_is_one_task_for_all_whom_it_addresses() -> None:
    """R-711."""
    outline = read_outline(text=TEXTS["month_outline"])
    first, second = [task for task in outline.explicit_tasks if "把住户打发走" in task["text"]]
    assert (first["repeats"], second["repeats"]) == (None, first["sentence"])
    assert first["responsible"] == "各乡镇和供水公司"
    assert first["inherited_responsible"] == "县直有关部门"


def test_a_slip_of_the_pen_is_kept_and_pointed_out() -> None:
    """R-712."""
    outline = read_outline(text=TEXTS["month_outline"])
    slip = next(warning for warning in outline.warnings if warning["code"] == "slip")
    assert "XX大大" in slip["text"]
    assert any("党的XX大大报告" in sentence.text for sentence in outline.sentences)
    text = "同志们：\n一、抓好。各组要抓好,;不得拖延。\n二、见效。让排水口畅通见实效这也是过汛的底气。\n"
    assert codes(read_outline(text=text)).count("slip") == 2


NAMED = "县里定下了管网改造、水质抽检、价格公示、投诉办理四项重点活。"
DETAILED = "管网改造方面，要先急后缓。水质抽检方面，要月月抽。价格公示方面，要上墙。{}方面，要有回音。"


@pytest.mark.parametrize(("last", "differs"), [("投诉办理", False), ("庭院绿化", True)])
def test_a_set_that_is_detailed_otherwise_than_named_is_warned_about(last: str, differs: bool) -> None:
    """R-719."""
    text = f"同志们：\n一、抓重点。{NAMED}{DETAILED.format(last)}\n二、抓落实。各组要快。\n"
    found = [warning for warning in read_outline(text=text).warnings if warning["code"] == "set_differs"]
    assert bool(found) is differs
    if differs:
        assert found[0]["named"] == ["管网改造", "水质抽检", "价格公示", "投诉办理"]
        assert found[0]["detailed"][3] == "庭院绿化"


def test_a_set_whose_items_bear_other_heads_than_named_is_warned_about() -> None:
    """R-719."""
    heads = ["管网改造上动真格", "水质抽检上动真格", "价格公示上动真格", "庭院绿化上动真格"]
    items = "".join(f"（{'一二三四'[place]}）在{head}。各组要快。\n" for place, head in enumerate(heads))
    text = f"同志们：\n一、抓重点。{NAMED}\n{items}二、抓落实。各组要快。\n"
    assert "set_differs" in codes(read_outline(text=text))
    assert "set_differs" not in codes(read_outline(text=text.replace("庭院绿化", "投诉办理")))


@pytest.mark.parametrize(
    ("sentence", "match"),
    [
        ("要落实“清单管理、结果公开”的8字方针。", True),
        ("要落实“清单管理、结果”的8字方针。", False),
        ("要坚持十六字方针：“边查边改、即知即改、立查立改、全面整改”。", True),
    ],
)
def test_a_slogan_with_fewer_characters_than_it_names_is_warned_about(sentence: str, match: bool) -> None:
    """R-703."""
    outline = read_outline(text=f"同志们：\n一、抓整改。{sentence}\n二、抓落实。各组要快。\n")
    assert [count["match"] for count in outline.announced_counts] == [match]
    assert ("count_mismatch" in codes(outline)) is not match


def test_items_under_a_numbered_item_and_the_paragraph_after_it_keep_their_places() -> None:
    """R-723, R-726, R-727."""
    first, second, third = read_outline(text=TEXTS["stage_handover"]).sections
    assert [child.marker for child in first.children] == ["(一)", "(二)", "(三)"]
    assert [child.marker for child in first.children[2].children] == ["一是", "二是", "三是"]
    assert first.tail.startswith("第二轮补播总的时间是四十天")
    assert second.tail.startswith("第二轮结束时")
    assert third.tail.startswith("一句话")


def test_a_list_inside_a_paragraph_does_not_hold_the_list_of_later_paragraphs() -> None:
    text = "同志们：\n会议有两项议程：一是通报情况；二是书记讲话。\n下面我强调两点：\n第一，抓传达。各乡镇要传达。\n第二，抓落实。各乡镇要落实。\n"
    markers = [node.marker for node in read_outline(text=text).sections]
    assert markers == ["一是", "二是", "第一，", "第二，"]


def test_the_head_of_a_printed_page_is_noise_with_its_number() -> None:
    assert read_outline(text=TEXTS["gazette_pages"]).noise[2] == "— 1 —\n市政府公报\n"


def test_numbers_after_every_line_break_are_page_marks_where_headings_stand_inside_the_lines() -> None:
    assert read_outline(text=TEXTS["paged_one_line"]).noise == ["1、", "范文", "\n2、", "\n3、", "\n4、"]


def test_a_text_of_endless_items_is_cut_short_and_says_so() -> None:
    outline = read_outline(text="一、甲。" * 12_000)
    assert len(outline.sections) == 10_000
    assert "too_many_items" in codes(outline)


def test_a_word_of_another_campaign_is_pointed_out() -> None:
    """R-713."""
    body = "主题教育要抓实，主题教育要抓细，主题教育要见效。"
    outline = read_outline(
        text=f"在全区主题教育推进会上的讲话\n同志们：\n一、抓学习。{body}\n二、抓整改。{body}确保教育整顿取得扎实成效。\n"
    )
    assert next(warning for warning in outline.warnings if warning["code"] == "other_campaign")["text"] == "教育整顿"


def test_placeholders_are_unknown_and_never_zero() -> None:
    """R-712."""
    outline = read_outline(
        text="同志们：\n一、基本情况。全市共有站点x个，值守人员近x万人，另有车辆36辆。\n二、要求。各站点要值守。\n"
    )
    values = {figure["text"]: figure["value"] for figure in outline.figures}
    assert values["全市共有站点x个"] is None
    assert values["36辆"] == 36
    assert "masked_values" in codes(outline)


def test_a_missing_date_is_asked_for_where_the_text_says_yesterday() -> None:
    """R-714."""
    outline = read_outline(text=TEXTS["full_width_speech"])
    warning = next(warning for warning in outline.warnings if warning["code"] == "no_date")
    assert (outline.date, warning["relative"]) == (None, "上周")


def test_a_missing_full_stop_loses_nothing() -> None:
    """R-718, N-38."""
    text = "同志们：\n一、抓好督导，确保不走样这也是成事的保证。\n一要抓重点。各组要盯紧。\n二要抓反馈。各组要快报。\n二、抓好自身。\n"
    outline = read_outline(text=text)
    assert [node.marker for node in outline.sections[0].children] == ["一要", "二要"]
    assert "".join(text[start:end] for start, end, _, _ in outline.ranges) == text


def test_a_third_level_stands_under_its_item() -> None:
    """R-726."""
    text = "同志们：\n一、工作\n(一)要开好会。我提几点要求。一是要准时。二是要简短。\n(二)要办好事。\n二、纪律\n"
    outline = read_outline(text=text)
    assert [child.marker for child in outline.sections[0].children] == ["(一)", "(二)"]
    assert [child.marker for child in outline.sections[0].children[0].children] == ["一是", "二是"]


def test_a_paragraph_after_the_last_item_belongs_to_the_section() -> None:
    """R-727."""
    outline = read_outline(text=TEXTS["full_width_speech"])
    assert outline.sections[2].tail.startswith("会后，各街道要尽快传达")
    assert "三天内" in (outline.sections[2].deadline or "")
    assert node_of(outline, "严格问效").body.endswith("要严肃追责。")


def test_a_bracket_after_a_sentence_says_who_and_by_when() -> None:
    outline = read_outline(text=TEXTS["office_notice"])
    task = task_of(outline, "异常用电户")
    assert (task["responsible"], task["deadline"]) == ("市供电公司", "4月15日前")
    assert task["under"] == "三/一/2"


def test_what_is_not_said_is_inherited_apart_from_what_is_said() -> None:
    text = "同志们：\n一、抓落实。市水务局要牵头调度。\n一要查清来路。要沿线查，一处不漏。\n二要留下台账。要照片齐全。\n二、抓宣传。\n"
    task = task_of(read_outline(text=text), "沿线查")
    assert (task["responsible"], task["inherited_responsible"]) == (None, "市水务局")


def test_what_a_tail_says_is_not_inherited_by_the_items_above_it() -> None:
    text = (
        "同志们：\n一、抓落实。\n一要查清。要沿线查。\n二要留账。要照片齐全。\n会后，各街道要尽快传达。\n二、抓宣传。\n"
    )
    task = task_of(read_outline(text=text), "沿线查")
    assert (task["responsible"], task["inherited_responsible"]) == (None, None)


def test_reported_figures_are_facts_and_no_requirements() -> None:
    text = (
        "同志们：\n一、成绩明显。区民政局已经走访了4800名老人，共收到意见356条。\n二、抓好下一步。各街道要继续走访。\n"
    )
    outline = read_outline(text=text)
    task = task_of(outline, "4800名")
    assert (task["kind"], task["responsible"], outline.sections[0].kind) == ("fact", "区民政局", "achievement")


@pytest.mark.parametrize(
    ("marks", "levels"),
    [
        (["一、", "（一）", "1.", "（1）", "①"], [1, 2, 3, 4, 5]),
        (["第一章 ", "第一条 ", "（一）"], [1, 2, 3]),
        (["一、", "1、", "(1)"], [1, 2, 3]),
        (["（一）", "1．", "①"], [1, 2, 3]),
        (["一、", "⑴", "①"], [1, 2, 3]),
    ],
)
def test_every_usual_marker_nests_in_its_usual_order(marks: list[str], levels: list[int]) -> None:
    text = "工作安排\n" + "\n".join(f"{mark}抓好第{'甲乙丙丁戊'[index]}类事项" for index, mark in enumerate(marks))
    found = read_outline(text=text).nodes()
    assert [node.level for node in found] == levels


def test_items_numbered_through_the_whole_text_stay_in_their_sections() -> None:
    text = "工作要点\n一、守底线\n1.抓粮食。\n2.抓收入。\n二、促建设\n3.抓改厕。\n4.抓道路。\n"
    outline = read_outline(text=text)
    assert [[child.marker for child in node.children] for node in outline.sections] == [["1.", "2."], ["3.", "4."]]
    assert "numbering_gap" not in codes(outline)


def test_breadcrumbs_and_footers_of_a_site_are_noise() -> None:
    text = "您的位置: 首页 > 公文 > 讲话\n在全县会议上的讲话\n同志们：\n一、抓实。各乡镇要抓实。\n二、抓细。各乡镇要抓细。\n上一篇：某文\n"
    outline = read_outline(text=text)
    assert outline.noise == ["您的位置: 首页 > 公文 > 讲话\n", "上一篇：某文\n"]
    assert outline.title == "在全县会议上的讲话"


def test_the_second_copy_of_a_title_is_noise() -> None:
    title = "在全市重点项目大会上的讲话"
    outline = read_outline(text=f"{title}范文{title}\n同志们：\n一、抓实。各县要抓实。\n二、抓细。各县要抓细。\n")
    assert outline.title == title
    assert outline.noise == ["范文", title]


def test_basic_principles_hold_principles_and_problems_hold_problems() -> None:
    text = "实施方案\n一、基本原则\n1、坚持群众主体。尊重意愿。\n2、坚持规划先行。不搞大拆大建。\n二、突出问题\n1、兑现慢\n一些资金拨付超过三个月。\n2、协同弱\n个别事项多头跑。\n"
    outline = read_outline(text=text)
    assert [child.kind for child in outline.sections[0].children] == ["principle"] * 2
    assert [child.kind for child in outline.sections[1].children] == ["problem"] * 2

"""The table of units as it is exchanged: its columns and its template."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from duban.organisation.register import words
from duban.organisation.register.entries import LOCAL_SCHEME
from duban.workbooks.columns import Column
from duban.workbooks.templates import template

TEMPLATE_ID = "organisation.units"
TEMPLATE_VERSION = "1"

# Class words are read as text: many more are understood than the drop-down list of the template offers.
COLUMNS: tuple[Column, ...] = (
    Column(key="scheme", titles=("外部编码/编码体系", "编码体系", "体系"), width=12),
    Column(
        key="code",
        titles=("外部编码/编码", "外部编码", "单位编码", "组织编码", "党组织代码", "编码"),
        required=True,
        kind="code",
        width=16,
    ),
    Column(key="name", titles=("单位名称/全称", "单位全称", "单位名称", "党组织名称", "全称"), required=True, width=30),
    Column(key="short_name", titles=("单位名称/简称", "单位简称", "简称"), width=14),
    Column(key="parent", titles=("上级单位", "上级单位编码", "上级编码", "隶属单位", "上级党组织"), width=20),
    Column(key="level", titles=("单位类别/级别", "级别", "层级"), width=10),
    Column(key="field", titles=("单位类别/领域", "领域"), width=12),
    Column(key="kind", titles=("单位类别/类别", "类别", "类型"), width=12),
    Column(key="rank", titles=("职级层次", "职级", "单位职级"), width=10),
    Column(key="line", titles=("条线", "系统", "所属系统"), width=12),
    Column(key="place", titles=("机构排序", "排序", "排列顺序"), kind="integer", width=8),
    Column(key="member_count", titles=("党员数", "党员人数", "党员总数"), kind="integer", width=8),
    Column(key="principal", titles=("负责同志/主要负责同志", "主要负责同志", "主要负责人", "书记"), width=12),
    Column(key="deputies", titles=("负责同志/分管负责同志", "分管负责同志", "分管领导"), width=24),
    Column(key="liaisons", titles=("负责同志/联络员", "联络员", "联系人"), width=12),
    Column(key="founded_on", titles=("成立日期", "建立日期", "成立时间"), kind="date", width=12),
)

_CHOICES: Mapping[str, words.Axis] = {
    "level": words.LEVELS,
    "field": words.FIELDS,
    "kind": words.KINDS,
    "rank": words.RANKS,
}

_EXAMPLE: Mapping[str, str] = {
    "scheme": LOCAL_SCHEME,
    "code": "0012",
    "name": "示例市水务局",
    "short_name": "水务局",
    "parent": "0001",
    "level": "市级",
    "field": "机关",
    "kind": "部门",
    "rank": "县处级",
    "line": "水务系统",
    "place": "12",
    "member_count": "46",
    "principal": "甲某某",
    "deputies": "乙某某（河道管理）、丙某某",
    "liaisons": "丁某某",
    "founded_on": "2019-05-01",
}


def unit_template() -> bytes:
    """Return the workbook in which offices list their units, with the accepted words as drop-down lists."""
    return template(
        title=_("Table of units"),
        columns=[
            replace(column, kind="choice", choices=tuple(_CHOICES[column.key].first_words))
            if column.key in _CHOICES
            else column
            for column in COLUMNS
        ],
        example=_EXAMPLE,
        notes=[
            _("Each unit has one row. Its code stays the same for good: a later import finds the unit again by it."),
            _(
                "The unit above is named by its code or its full name; leave it blank only for units directly below yours."
            ),
            _("A blank cell leaves what is known as it is. Several names are divided by “、”."),
        ],
        template_id=TEMPLATE_ID,
        version=TEMPLATE_VERSION,
        context={},
        paper="A3",
    )

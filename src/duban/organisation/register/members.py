"""The table of members as it is exchanged: its columns, its words, its template, and what can be wrong in a row."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from duban.organisation.states import MemberCategory, Participation
from duban.workbooks.columns import Column
from duban.workbooks.templates import template

TEMPLATE_ID = "organisation.members"
TEMPLATE_VERSION = "1"

COLUMNS: tuple[Column, ...] = (
    Column(
        key="external_id", titles=("党员编号", "人员编号", "党员编码", "编号"), required=True, kind="code", width=18
    ),
    Column(key="name", titles=("姓名", "党员姓名"), required=True, width=10),
    Column(
        key="branch",
        titles=("所在支部", "所在党支部", "党支部", "支部名称", "支部编码", "所在党组织", "党组织代码"),
        required=True,
        width=26,
    ),
    Column(key="category", titles=("人员类别", "党员类别", "类别"), width=10),
    Column(key="participation", titles=("参加方式",), width=14),
    Column(key="joined", titles=("转入支部日期", "进入支部日期", "转入日期"), kind="date", width=12),
)

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    MemberCategory.STAFF: ("在职", "在岗", "在岗职工", "在职党员"),
    MemberCategory.RETIRED: ("离退休", "退休", "离休", "离退休党员"),
    MemberCategory.FARMER: ("农民", "农牧渔民", "务农", "农民党员"),
    MemberCategory.STUDENT: ("学生", "学生党员"),
    MemberCategory.OTHER: ("其他", "其它"),
}
PARTICIPATIONS: Mapping[str, tuple[str, ...]] = {
    Participation.REGULAR: ("到会参加", "正常参加"),
    Participation.SHIFTS: ("分班次参加", "分组参加"),
    Participation.REMOTE: ("远程参加", "线上参加"),
    Participation.HOME: ("送学上门", "上门"),
    Participation.ESSENTIAL: ("只参加必经程序",),
}

_EXAMPLE = {
    "external_id": "330000000012",
    "name": "甲某某",
    "branch": "示例村党支部",
    "category": "农民",
    "participation": "到会参加",
    "joined": "2019-05-01",
}


def fault_words(code: str) -> str:
    """Return what is wrong with a row, by the code that the comparison gives."""
    return {
        "no_number": _("The number of the member is missing."),
        "id_card": _("This is the number of an identity card, which is not taken in. Use the number of the register."),
        "twice": _("This number stands in the file more than once."),
        "no_name": _("The name is missing."),
        "too_long": _("At most 40 characters for the number and 60 for the name."),
        "no_branch": _("The branch is missing."),
        "unknown_branch": _("No unit of this name or code stands here."),
        "ambiguous": _("Several units have this name. Write the code."),
        "not_a_branch": _("A unit of this kind has no members of its own."),
        "category": _("The category is not one of the words offered."),
        "participation": _("The form of taking part is not one of the words offered."),
        "joined": _("The day is no date, lies ahead, or before the branch began. Write it like 2019-05-01."),
        "elsewhere": _("This member belongs to a branch outside your part. The office above both moves them."),
        "somebody_else": _("This number belongs to somebody of another name who is in no branch now. Look at both."),
        "too_early": _("The member came to the present branch only on that day or later."),
    }[code]


def member_template() -> bytes:
    """Return the workbook in which offices list their members."""
    choices = {
        "category": tuple(words[0] for words in CATEGORIES.values()),
        "participation": tuple(words[0] for words in PARTICIPATIONS.values()),
    }
    return template(
        title=_("Table of members"),
        columns=[
            replace(column, kind="choice", choices=choices[column.key]) if column.key in choices else column
            for column in COLUMNS
        ],
        example=_EXAMPLE,
        notes=[
            _(
                "Each member has one row. The number is that of the register of members, never that of an identity card."
            ),
            _(
                "Who stands in another branch here than in the register moves there. Who is not listed stays as they are."
            ),
            _("A blank cell leaves what is known as it is. Health, thinking and whereabouts have no column."),
        ],
        template_id=TEMPLATE_ID,
        version=TEMPLATE_VERSION,
        context={},
        paper="A4",
    )

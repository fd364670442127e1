"""The breakdown table (任务分解表): its columns, and one row turned into an assignment or into sentences about errors."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from duban.tasks.nature import nature_of
from duban.workbooks.columns import CellError, Column, Row, plain_code
from duban.workdays.expressions import Calendar, read_due

# Names the form in the hidden sheet of its template, so that another form is refused.
TEMPLATE_ID = "breakdown"
SEPARATORS = "、；;，,\n/"
# Words for a whole class of units: the axes that they choose, within the assigner's subtree.
CLASSES: dict[str, dict[str, list[str]]] = {
    "各部门": {"kinds": ["department"]},
    "市直各部门": {"kinds": ["department"], "levels": ["city"]},
    "县直各部门": {"kinds": ["department"], "levels": ["county"]},
    "各县区": {"kinds": ["top"], "levels": ["county"]},
    "各乡镇（街道）": {"kinds": ["township", "sub_district"]},
    "各乡镇": {"kinds": ["township"]},
    "各街道": {"kinds": ["sub_district"]},
    "各村（社区）": {"kinds": ["village", "community"]},
    "各村": {"kinds": ["village"]},
    "各社区": {"kinds": ["community"]},
    "各党支部": {"kinds": ["village", "community", "organ_branch", "enterprise", "social_organisation"]},
    "各机关支部": {"kinds": ["organ_branch"]},
    "各领导班子": {"kinds": ["leadership_team"]},
    "县处级以上领导班子": {"kinds": ["leadership_team"], "ranks": ["department", "division"]},
    "各学校": {"fields": ["education"], "kinds": ["affiliated"]},
    "各医院": {"fields": ["health"], "kinds": ["affiliated"]},
    "各国有企业": {"fields": ["enterprise"]},
    "各企业": {"kinds": ["enterprise"]},
    "各单位": {},
}
# Other ways of saying the same.
_SYNONYMS = {
    "各县（市、区）": "各县区",
    "各县(市、区)": "各县区",
    "各区县": "各县区",
    "各乡镇街道": "各乡镇（街道）",
    "各镇街": "各乡镇（街道）",
    "各村社区": "各村（社区）",
    "各支部": "各党支部",
    "基层党支部": "各党支部",
    "机关各支部": "各机关支部",
    "各委办局": "各部门",
    "市直各单位": "市直各部门",
    "各级领导班子": "各领导班子",
    "各级党组织": "各单位",
    "各级各部门": "各单位",
    "各级各单位": "各单位",
    "各地各部门": "各单位",
    "各地各单位": "各单位",
    "各部门各单位": "各单位",
}
_PLAIN_CLASSES = {plain_code(word): rule for word, rule in CLASSES.items()} | {
    plain_code(word): CLASSES[same] for word, same in _SYNONYMS.items()
}
# Also the order of the export, so that what leaves can come back.
COLUMNS = (
    Column(key="serial", titles=("序号",), width=6),
    Column(key="heading", titles=("重点任务", "一级任务"), width=18),
    Column(key="wording", titles=("具体事项", "任务事项", "工作任务", "二级任务"), required=True, width=40),
    Column(key="standard", titles=("工作标准", "成果形式", "工作标准/成果形式", "工作标准及成果形式"), width=24),
    Column(key="lead_person", titles=("牵头领导", "责任领导"), width=10),
    Column(key="owner", titles=("牵头单位", "责任单位", "责任部门"), required=True, width=18),
    Column(key="helpers", titles=("配合单位", "配合部门", "配合（责任）单位"), width=24),
    Column(key="contact", titles=("责任人及联系电话", "责任人", "联系人及电话"), width=18),
    Column(key="starts_on", titles=("启动时间", "开始时间"), kind="date", width=12),
    Column(key="due", titles=("完成时限", "时限", "完成时间"), required=True, kind="date", width=14),
    Column(key="rhythm", titles=("报送内容与频次", "报送频次", "反馈频次"), width=14),
    Column(key="closing", titles=("办结方式",), width=10),
    Column(key="source", titles=("依据", "原文依据", "原文要求"), width=30),
    Column(key="progress", titles=("进展情况",), width=20),
    Column(key="state", titles=("状态",), width=10),
    Column(key="remark", titles=("备注",), width=16),
    Column(key="row_key", titles=("编号",), kind="code", width=18),
)
# What an import reads: the state of things is written by an export and read by nobody.
READ = tuple(column for column in COLUMNS if column.key not in {"progress", "state"})
RHYTHMS = {
    "每周": "weekly",
    "周报": "weekly",
    "每月": "monthly",
    "月报": "monthly",
    "每季": "quarterly",
    "季报": "quarterly",
}
# How it is closed, as a table says it; an empty cell leaves it to the verb of the sentence.
CLOSINGS = {"报备": "declare", "审核": "check", "验收": "inspect"}


@dataclass(frozen=True, slots=True)
class UnitNames:
    """The units that a table may name: full and short names to ids; a name that means several units is in `doubled`."""

    ids: Mapping[str, int]
    doubled: frozenset[str]


def rule_of(*, word: str, names: UnitNames) -> tuple[str, dict[str, object]] | str:
    """Return the target and its rule for the word in the column 牵头单位, or a sentence about what is wrong."""
    plain = plain_code(word)
    if plain in _PLAIN_CLASSES:
        return "class", dict(_PLAIN_CLASSES[plain])
    parts = split_names(word)
    found: list[int] = []
    for part in parts:
        unit_id = names.ids.get(part)
        if part in names.doubled:
            return gettext("“%(name)s” means several units. Please write the upper unit before it.") % {"name": part}
        if unit_id is None:
            return gettext("There is no unit “%(name)s” below yours.") % {"name": part}
        found.append(unit_id)
    if not found:
        return gettext("Please name the unit that is to do it.")
    return ("unit", {"unit": found[0]}) if len(found) == 1 else ("listed", {"units": found})


def split_names(word: str) -> list[str]:
    """Return the single names of a cell that lists several."""
    for separator in SEPARATORS:
        word = word.replace(separator, "、")
    return [plain_code(part) for part in word.split("、") if part.strip()]


def read_row(
    *, row: Row, names: UnitNames, calendar: Calendar, today: date
) -> tuple[dict[str, object], list[CellError]]:
    """Return the fields of one assignment (as JSON takes them) and everything that is wrong with the row."""
    values, errors = row.values, []
    fields: dict[str, object] = {
        key: values.get(key, "").strip()
        for key in ("heading", "wording", "standard", "lead_person", "contact", "remark")
    }
    owner = rule_of(word=values.get("owner", ""), names=names)
    if isinstance(owner, str):
        errors.append(CellError(row=row.number, column_key="owner", message=owner))
    else:
        fields["target"], fields["target_rule"] = owner
    helper_ids: list[int] = []
    for part in split_names(values.get("helpers", "")):
        if part not in names.ids or part in names.doubled:
            message = gettext("There is no unit “%(name)s” below yours.") % {"name": part}
            errors.append(CellError(row=row.number, column_key="helpers", message=message))
        else:
            helper_ids.append(names.ids[part])
    fields["helper_ids"] = helper_ids
    if not isinstance(owner, str) and owner[1].get("unit") in helper_ids:
        message = gettext("The owner cannot help itself. Take it off the helping units.")
        errors.append(CellError(row=row.number, column_key="helpers", message=message))
    _read_dates(row, fields, errors, calendar=calendar, today=today)
    rhythm = values.get("rhythm", "")
    fields["rhythm"] = next((code for word, code in RHYTHMS.items() if word in rhythm), "once")
    if fields.get("due_kind") == "recurring" and fields["rhythm"] == "once":
        fields["rhythm"] = "monthly"
    fields["nature"] = nature_of(sentence=values.get("wording", ""))
    closing = values.get("closing", "").strip()
    fields["closing_mode"] = next(
        (mode for word, mode in CLOSINGS.items() if closing.startswith(word) or closing == mode), ""
    )
    if closing and not fields["closing_mode"]:
        message = gettext("“%(text)s” is no way of closing. Write 报备制, 审核制 or 验收制, or leave it empty.")
        errors.append(CellError(row=row.number, column_key="closing", message=message % {"text": closing}))
    fields["source_sentence"] = values.get("source", "").strip()
    fields["source_label"] = gettext("Breakdown table")
    given = values.get("row_key", "").strip()
    # In many a ledger 编号 only counts the rows: a bare number is no key, or two tables would change each other's rows.
    fields["row_key"] = given if given and not given.isdecimal() else row_key(fields, values)
    return fields, errors


def _read_dates(
    row: Row, fields: dict[str, object], errors: list[CellError], *, calendar: Calendar, today: date
) -> None:
    text = row.values.get("due", "").strip()
    due = read_due(text=text, on=today, calendar=calendar)
    fields["due_text"], fields["due_on"] = text, None
    if due.kind == "long_term":
        fields["due_kind"] = "long_term"
    elif due.kind == "recurring":
        fields["due_kind"] = "recurring"
    elif due.end is not None:
        fields["due_kind"], fields["due_on"] = "date", due.end.isoformat()
    else:
        message = gettext("“%(text)s” is not understood as a date. Write for example 6月30日前, 6月底前 or 长期坚持.")
        errors.append(CellError(row=row.number, column_key="due", message=message % {"text": text}))
    start_text = row.values.get("starts_on", "").strip()
    fields["starts_on"] = None
    if start_text:
        start = read_due(text=start_text, on=today, calendar=calendar)
        day = start.start or start.end
        if day is None:
            message = gettext(
                "“%(text)s” is not understood as a date. Write for example 6月30日前, 6月底前 or 长期坚持."
            )
            errors.append(CellError(row=row.number, column_key="starts_on", message=message % {"text": start_text}))
        else:
            fields["starts_on"] = day.isoformat()


def row_key(fields: Mapping[str, object], values: Mapping[str, str]) -> str:
    """Return a key for a row without one: the same words give the same key, so a table taken in twice acts once."""
    words = [str(fields.get("heading", "")), str(fields.get("wording", "")), values.get("owner", "")]
    return "w" + hashlib.sha256("\n".join(plain_code(word) for word in words).encode()).hexdigest()[:24]

"""What an item is: achievement, problem, requirement, gate, principle or fact, by its words and its place."""

import re
from dataclasses import dataclass

from duban.directives.outline.model import Kind, Node
from duban.directives.outline.sentences import STRONG_DUTY

_PROBLEM_TITLE = re.compile(
    r"问题|不足|短板|差距|弱项|薄弱|不够|不高|不严|不实|不强|不平衡|不到位|不扎实|不深入|不明显|不力|缺位|滞后|偏差|缺乏|缺失|淡薄|松懈|形式主义|隐患|困难和|教训|(?:慢|弱|难|少|差|低)$"
)
_PROBLEM_SOLVED = re.compile(
    r"解决|整改|查摆|查找(?!问题不足)|导向|化解|克服|破解|聚焦|纠正|纠治|排查|补齐|补短|反对|力戒|防止|治理|整治|正确对待|敢于|要(?!求)|抓好|找准|改到|改进|回应|消除|对照|检视|梳理"
)
_PROBLEM_WORDS = re.compile(
    r"不够|不足|不到位|不严|不实|不强|不高|不平衡|不力|不深|不全|不准|不及时|不扎实|不明显|不重视|不愿|不敢|不会|缺乏|缺少|欠缺|没有|没能|未能|有的|个别|少数|一些(?:单位|地方|同志|干部|部门)|部分(?:单位|干部|同志|地方)|存在|滞后|流于形式|走过场|薄弱|淡薄|差距|松懈|畏难|敷衍|拖延|推诿|迟迟"
)
_PROBLEM_FRAME = re.compile(
    r"有的|一些|个别|少数|部分(?:单位|干部|同志|地方|党员)|存在|不够|不足|差距|还(?:存在|有|没|不)|仍(?:有|存在|然存在)"
)
_ACHIEVED_TITLE = re.compile(
    r"成绩|成效|成果|回顾|总结(?:工作|前|上|一)|肯定|进展|亮点|特点|经验|取得|做法|开局良好|运行情况|完成情况|基本情况和成"
)
_AIMED = re.compile(r"务求|推动|确保|力争|争取|促进|力求|努力|巩固|转化|要(?!求)|见成效|新成效|出成效|实效")
_ACHIEVED_WORDS = re.compile(
    r"取得(?!实效|扎实|新|更|实实|预期)|完成了|实现了|形成了|达到了|营造了|奠定了|推动了|解决了|建立了|开展了|召开了|举办了|化解了|办结了?|受到|得到了?|累计|共(?:开展|召开|收集|解决|办理|梳理|排查)|已(?:经)?|先后|多次|较好|明显(?:提升|改善|增强)|有力有序|稳步|涌现|同比(?:增长|下降)|有效提升|呈现|及时召开|高度重视|积极做好|提前谋划|严格按照|坚持开展"
)
_PRINCIPLE_TITLE = re.compile(
    r"原则|指导思想|区别|总要求|总体思路|总体要求|把握好.{0,6}关系|处理好.{0,6}关系|基本遵循|理念|方针"
)
_GATE = re.compile(
    r"不(?:开|放过|销号?|通过|过关|收兵|撒手|验收|结束|转段|罢休|批准|受理|上会|提交|放行|交账|散会|发证|拨付|启动|办结|松手|罢手)$|^(?:是否|是不是|有没有|能不能|该不该)|(?:了没有|没有|是否.{1,20})[?]$"
)
_DEMAND_TITLE = re.compile(
    r"要(?!求|素|点)|加强|强化|推进|推动|落实|抓|坚持|确保|做好|提升|提高|深化|完善|健全|建立|加快|突出|把握|明确|严格|压实|聚焦|改进|营造|严肃|责任|追究|问责|督导|督促|考核|监督|管控|整治|清理|攻坚|改到|抓到|办|核查|务求|任务|措施|安排|部署|保障|职责|步骤|工作重点|要求"
)
_FACT_TITLE = re.compile(r"基本情况|背景|范围|对象|现状|概况|说明|简介|时间安排表|数据|适用")


@dataclass(slots=True)
class _Evidence:
    achievement: float = 0.0
    problem: float = 0.0
    requirement: float = 0.0
    gate: float = 0.0
    principle: float = 0.0
    fact: float = 0.0

    def add(self, other: "_Evidence", share: float) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + share * getattr(other, name))

    def best(self, default: Kind) -> Kind:
        kinds: list[Kind] = ["requirement", "problem", "achievement", "gate", "principle", "fact"]
        best = max(kinds, key=lambda kind: float(getattr(self, kind)))
        return best if getattr(self, best) >= 0.75 else default


def _own(title: str, text: str) -> _Evidence:
    seen = _Evidence()
    if _GATE.search(title):
        seen.gate += 4
    if _PRINCIPLE_TITLE.search(title):
        seen.principle += 2.5
    if _PROBLEM_TITLE.search(title):
        seen.problem += 0.4 if _PROBLEM_SOLVED.search(title) else 3
    if _ACHIEVED_TITLE.search(title):
        seen.achievement += 0.3 if _AIMED.search(title) else 2
    if _DEMAND_TITLE.search(title):
        seen.requirement += 0.8
    if STRONG_DUTY.search(title):
        seen.requirement += 1.5
    if _FACT_TITLE.search(title):
        seen.fact += 1.5
    text = text[:4000]
    clauses = max(text.count(",") + text.count("。") + text.count(";"), 1)
    if len(text) >= 8:
        duties = len(STRONG_DUTY.findall(text))
        if duties and seen.problem and not _PROBLEM_FRAME.search(text):
            seen.problem = min(seen.problem, 1.2)
        problems = len(_PROBLEM_WORDS.findall(text))
        if not _PROBLEM_FRAME.search(text):
            problems //= 3
        achieved = len(_ACHIEVED_WORDS.findall(text))
        seen.requirement += min(8 * duties / clauses, 2.5)
        seen.problem += min(5 * problems / clauses, 2.5) if not duties or problems > 2 * duties else 0.4
        seen.achievement += min(5 * achieved / clauses, 2.5) if not duties else min(1.5 * achieved / clauses, 0.8)
        if not duties and not problems and not achieved and re.search(r"\d", text):
            seen.fact += 0.35
    return seen


def assign_kinds(*, sections: list[Node]) -> None:
    """Set the kind of every node: own words first, then the items beside and below it, then the section above."""
    whole: dict[str, _Evidence] = {}
    for node in _postorder(sections):
        own = _own(_plain(node.title), _plain(node.lead + node.body))
        marked = [child for child in node.children if not child.implicit]
        if marked:
            below = _Evidence()
            for child in marked:
                below.add(whole[child.id], 1 / len(marked))
            own.add(below, 1.2)
        whole[node.id] = own
    _assign(sections, whole, "requirement", None)


def _assign(
    nodes: list[Node], whole: dict[str, _Evidence], above: Kind, parent: _Evidence | None, *, named: bool = False
) -> None:
    marked = [node for node in nodes if not node.implicit]
    shared = _Evidence()
    for node in marked:
        shared.add(whole[node.id], 1 / len(marked))
    weight = 3.0 if named else 1.0
    for node in marked:
        seen = _Evidence()
        seen.add(whole[node.id], 1.0)
        if parent is not None:
            seen.add(shared, 1.0 if len(marked) > 1 else 0.0)
            setattr(seen, above, getattr(seen, above) + weight)
        node.kind = seen.best(above)
        title = _own(_plain(node.title), "")
        _assign(
            node.children, whole, node.kind, seen, named=node.kind != "requirement" and getattr(title, node.kind) >= 2
        )


def kind_of_member(*, title: str) -> Kind:
    """The kind of a member of a named set: a gate where it closes something, else a principle."""
    return "gate" if _GATE.search(_plain(title)) else "principle"


def _plain(text: str) -> str:
    return text.translate({0xFF0C: ",", 0xFF1B: ";", 0xFF1A: ":", 0xFF1F: "?", 0xFF01: "!"})


def _postorder(sections: list[Node]) -> list[Node]:
    found: list[Node] = []
    waiting = list(sections)
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.children
    return found[::-1]

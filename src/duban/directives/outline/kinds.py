"""What an item is: achievement, problem, requirement, gate, principle or fact, by its words and its place."""

import re
from dataclasses import dataclass

from duban.directives.outline.model import Kind, Node
from duban.directives.outline.sentences import STRONG_DUTY

_PROBLEM_TITLE = re.compile(
    r"(?<!关于)(?:存在|主要|突出|正视|直面|剖析|共性|发现|面临|反映)的?[^,。]{0,8}问题|问题(?:和|与|及|、|清单|表现|不少|突出|$)|(?:和|与|及|、|找|视|有些?)问题"
    r"|不足|短板|差距|弱项|薄弱|老毛病|不够|不高|不严|不实|不强|不平衡|不到位|不扎实|不深入|不明显|不力|不准|不畅|不全|不健全|不及时|不具体|不细|不深|不灵活|不浓|不大|不快|不紧|不规范|不清|不顺|不重视|不落实|不担当|不作为"
    r"|缺位|滞后|偏差|折扣|严峻|堪忧|(?:依然|仍然)(?=[^,。]{0,4}[不难低慢差存薄]|突出)|防不胜防|缺乏|缺失|欠缺|淡薄|松懈|隐患$|悬空|混乱|走样|压级压价|困难和|(?:慢|弱|难|少|差|低|偏软|麻痹|漏洞|盲区|失修|脱节|轻管|下冷|为战|不一)$"
)
_TOPIC = re.compile(r"^关于[^,。]{1,20}问题$")
_PROBLEM_SOLVED = re.compile(
    r"解决|整改|查摆|查找(?!问题不足)|导向|化解|克服|破解|聚焦|纠正|纠治|排查|补齐|补短|反对|力戒|防止|治理|整治|正确对待|敢于|要(?!求)|抓好|找准|改到|改进|回应|消除|对照|检视|梳理|收集|办理|减少|降低|汲取|吸取|绷紧|防范|完善|推进|推动|健全|确保|着力|加快|提升"
)
_PROBLEM_WORDS = re.compile(
    r"不够|不足|不到位|不严|不实|不强|不高|不平衡|不力|不深|不全|不准|不及时|不扎实|不明显|不重视|不愿|不敢|不会|缺乏|缺少|欠缺|没有|没能|未能|有的|个别|少数|一些(?:单位|地方|同志|干部|部门|[\u4e00-\u9fff]{1,4}(?=[^,。]{0,8}不))"
    r"|部分(?:单位|干部|同志|地方)|存在|滞后|流于|走过场|薄弱|淡薄|差距|松懈|畏难|敷衍|拖延|推诿|迟迟|打折扣|一包了之|不管不问|无人[维值监管]|至今|仍有|超期|过期|流失|偏[低少慢高]|了事|形同虚设|却(?=[^,。]{0,6}[不没无])|以[\u4e00-\u9fff]{2}代替"
)
_PROBLEM_FRAME = re.compile(
    r"有的|一些|个别|少数|部分|存在|不够|不足|差距|还(?:存在|有|没|不)|仍(?:有|存在|然存在)|至今|迟迟|却|跟不上|打折扣|滞后|无人|不[到系见管清]"
)
_ACHIEVED_TITLE = re.compile(
    r"成绩|成效|成果|回顾|总结(?:工作|前|上|一)|肯定|进展|亮点|特点|经验|取得|做法|开局良好|(?:运行|完成|开展|进展|落实|总体|主要工作)情况|基本情况和成|(?:有|发生|出现)了|新变化|新气象|主要工作$"
    r"|(?:[好强优少多高快实活大稳牢])了$|(?!打了)[\u4e00-\u9fff]{1,2}了(?![解结然却望]|折扣)"
)
_AIMED = re.compile(
    r"务求|推动|确保|力争|争取|促进|力求|努力|巩固|转化|要(?!求)|见成效|新成效|出成效|实效|上有新|取得新|打算|计划|目标|再创|推广|下一"
)
_PAST = (
    r"(?<=[\u4e00-\u9fff])了(?![解结然却望不得吗吧呢之,。;:!?])|以来,|一年来|近年来|去年|全年|上半年|前[一二三四五六七八九十两]+个月|累计|同比|比(?:上年|去年|上月)|(?:提高|压缩|上升|增加|缩短|提升|增长|改善)(?:到|至)?\d"
    r"|下降\d|率先|首批|覆盖率|合格率|满意率|突破\d|共\d|完成率|基本(?:做到|实现|形成|完成)|得到有效|被评为|荣获|位居"
)
_ACHIEVED_WORDS = re.compile(
    r"取得(?!实效|扎实|新|更|实实|预期)|完成了|实现了|形成了|达到了|营造了|奠定了|推动了|解决了|建立了|开展了|召开了|举办了|化解了|办结了|受到|得到了?|共(?:开展|召开|收集|解决|办理|梳理|排查)|已(?:经)?|先后|多次|较好|明显(?:提升|改善|增强|减少)"
    r"|有力有序|稳步|涌现|有效提升|呈现|及时召开|高度重视|积极做好|提前谋划|严格按照|坚持开展|" + _PAST
)
_PRINCIPLE_TITLE = re.compile(
    r"原则|指导思想|区别|总要求|总体思路|总体要求|把握好.{0,6}关系|处理好.{0,6}关系|基本遵循|理念|方针"
)
_CLOSES = r"(?:开|放过|销号?|通过|过关|收兵|撒手|验收|结束|转段|罢休|批准|受理|上会|提交|放行|交账|散会|发证|拨付|启动|办结|松手|罢手|结案|销案|开工|转入|出厂|下班|移交|入库|签字|付款|上岗|撤)"
_GATE = re.compile(
    rf"不{_CLOSES}$|的不[\u4e00-\u9fff]{{1,3}}$|^(?:是否|是不是|有没有|能不能|该不该)|(?:了没有|没有|是否.{{1,20}})[?]$|(?:不得|不能|不准|不予)(?:进入|转入|通过|验收|销号|结项|结案|开工|开班|召开)"
)
_DEMAND_TITLE = re.compile(
    r"要(?!求|素|点)|加强|强化|推进|推动|落实|抓|坚持|确保|做好|提升|提高|深化|完善|健全|建立|加快|突出|把握|明确|严格|压实|聚焦|改进|营造|严肃|责任|追究|问责|督导|督促|考核|监督|管控|整治|清理|攻坚|改到|抓到|办|核查|务求|任务|措施|安排|部署|保障|职责|步骤"
    r"|工作重点|要求|目标|打算|设想|下一步|下步|计划|增强|绷紧|汲取|防范|建强|严把|全力|守住|管住|狠抓|凝聚|凝心|认清|充分认识"
)
_AHEAD_TITLE = re.compile(
    r"汲取|绷紧|认清|增强[^,。]{0,16}[感性]$|站位|统一思想|打算|计划$|设想|下一?步|工作目标|目标任务|主要目标|主要任务|重点任务|工作要求|今后|有新|新作为|措施$|安排$|建议$"
)
_AHEAD = re.compile(
    r"\d{1,2}[日号]前|[月年]底前|\d(?:个?工作)?[日天周]内|(?:个?月|年)内(?!的)|会后|每(?:[一二三四五六七八九十两\d]{0,2})(?:个)?(?:天|日|周|月|季度|半年|年|学期)|不少于|不低于|不超过|至少|一律|依法|予以|力争|务求|牵头|负责(?!同志|人)"
    r"|力度|坚决|切实|进一步|及时|严肃|不断|深入(?!人心)|倾斜|杜绝"
)
_FACT_TITLE = re.compile(
    r"基本情况(?!和成)|背景|范围|对象|现状|概况|说明|简介|时间安排表|数据|适用|^附则$|名词解释|议程|出席|参会|时间和?地点|(?:负责解释|起施行|之日起实施|制定本[办方规细意][法案定则见])"
)
_LISTED = re.compile(r"(?:包括|情形|对象|范围|含义|如下)[:]?$")
_INCLUDES = re.compile(r"(?:包括|适用范围|含义)[:]?$")
# What stands before a list says what its items are.
_ANNOUNCED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("problem", re.compile(r"(?:问题|不足|差距|短板|弱项|表现|原因)[^。:]{0,16}[:。]?$")),
    (
        "achievement",
        re.compile(
            r"(?:特点|亮点|成效|成绩|变化|经验|做法|进展|(?:概括|归纳|总结)[^。]{0,6}有[^。]{0,4}条|呈现|体现在[^。]{0,8}到位)[^。:]{0,12}[:。]?$"
        ),
    ),
    ("principle", re.compile(r"(?:原则|关系)[^。:]{0,6}[:。]?$")),
    ("fact", re.compile(r"(?:议程|情形|分为)[^。:]{0,12}[:。]?$")),
)
_FAULTS = re.compile(r"(?:存在|暴露出?|面临|反映出)[^。]{0,30}(?:问题|不足|差距|短板|环节)")
_REFUSAL = re.compile(r"[二两三四五六七八九十]{1,2}个?(不[\u4e00-\u9fff]{1,4})")
_LONGEST = 4000


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


def _titled(title: str) -> _Evidence:
    """What the words of a title say."""
    seen = _Evidence()
    aimed = bool(_AIMED.search(title))
    if _GATE.search(title):
        seen.gate += 4
    if _PRINCIPLE_TITLE.search(title):
        seen.principle += 2.5
    if _PROBLEM_TITLE.search(title) and not _TOPIC.search(title):
        seen.problem += 0.4 if _PROBLEM_SOLVED.search(title) else 3
    if _ACHIEVED_TITLE.search(title):
        seen.achievement += 0.3 if aimed else 2
    if _DEMAND_TITLE.search(title):
        seen.requirement += 0.8
    if _AHEAD_TITLE.search(title):
        seen.requirement += 1.5
    if STRONG_DUTY.search(title):
        seen.requirement += 1.5
    if _FACT_TITLE.search(title):
        seen.fact += 2
    if _INCLUDES.search(title):
        seen.fact += 2
    return seen


def _own(title: str, text: str) -> _Evidence:
    seen = _titled(title)
    text = text[:_LONGEST]
    if len(text) < 8:
        return seen
    clauses = max(text.count(",") + text.count("。") + text.count(";"), 1)
    strong = len(STRONG_DUTY.findall(text))
    duties = strong + 0.6 * len(_AHEAD.findall(text))
    if strong and seen.problem and not _PROBLEM_FRAME.search(text):
        seen.problem = min(seen.problem, 1.2)
    problems = len(_PROBLEM_WORDS.findall(text))
    if not _PROBLEM_FRAME.search(text):
        problems //= 3
    achieved = len(_ACHIEVED_WORDS.findall(text))
    seen.requirement += (
        min(8 * duties / clauses, 2.5) if achieved <= 2 * duties or strong else min(2 * duties / clauses, 0.8)
    )
    seen.problem += min(5 * problems / clauses, 2.5) if problems > 2 * strong else 0.4 * bool(problems)
    seen.achievement += min(5 * achieved / clauses, 2.5) if not strong else min(1.5 * achieved / clauses, 0.8)
    if not duties and not problems and not achieved and re.search(r"\d", text):
        seen.fact += 0.35
    return seen


def assign_kinds(*, sections: list[Node]) -> None:
    """Set the kind of every node: own words first, then the items beside and below it, then the section above."""
    whole: dict[str, _Evidence] = {}
    announced: dict[str, Kind | None] = {}
    for node in _postorder(sections):
        own = _own(_plain(node.title), _plain(node.lead or node.body))
        marked = [child for child in node.children if not child.implicit]
        if marked:
            kind = announced[node.id] = _announced(_plain(node.lead[-120:]))
            if kind:
                setattr(own, kind, getattr(own, kind) + 1.5)
            below = _Evidence()
            for child in marked:
                below.add(whole[child.id], 1 / len(marked))
            own.add(below, 1.2)
        whole[node.id] = own
    _assign(sections, whole, announced, "requirement", None)


def _announced(lead: str) -> Kind | None:
    """What the sentence that announces a list says of its items."""
    sentence = re.split("[。;]", lead.rstrip("。"))[-1]
    last = sentence.rsplit(",", 1)[-1]
    if STRONG_DUTY.search(last):
        return "requirement"
    found = next((kind for kind, pattern in _ANNOUNCED if pattern.search(last)), None)
    return found or ("problem" if lead.endswith(":") and _FAULTS.search(sentence) else None)


def _assign(
    nodes: list[Node],
    whole: dict[str, _Evidence],
    announced: dict[str, Kind | None],
    above: Kind,
    parent: _Evidence | None,
    *,
    named: bool = False,
) -> None:
    marked = [node for node in nodes if not node.implicit]
    shared = _Evidence()
    for node in marked:
        shared.add(whole[node.id], 1 / len(marked))
    weight = 3.0 if named else 1.5
    for node in marked:
        seen = _Evidence()
        seen.add(whole[node.id], 1.0)
        if parent is not None:
            seen.add(shared, 1.0 if len(marked) > 1 else 0.0)
            setattr(seen, above, getattr(seen, above) + weight)
        node.kind = seen.best(above)
        plain = _plain(node.title)
        title = _titled(plain)
        clear = node.kind != "requirement" and (getattr(title, node.kind) >= 2 or bool(_LISTED.search(plain)))
        clear = clear or (title.requirement >= 1.5 and node.kind == "requirement")
        said = announced.get(node.id)
        _assign(node.children, whole, announced, said or node.kind, seen, named=clear or said == "problem")


def kind_of_member(*, title: str, set_name: str = "") -> Kind:
    """The kind of a member of a named set: a gate where it closes something (四个不放手: 问题没查清不放手), else a principle."""
    refusal = _REFUSAL.fullmatch(set_name)
    return "gate" if _GATE.search(_plain(title)) or (refusal and title.endswith(refusal[1])) else "principle"


def _plain(text: str) -> str:
    text = text[:_LONGEST].replace("，", ",").replace("；", ";").replace("：", ":")
    return text.replace("？", "?").replace("！", "!")


def _postorder(sections: list[Node]) -> list[Node]:
    found: list[Node] = []
    waiting = list(sections)
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.children
    return found[::-1]

"""Sentences, and what each says about who, by when and how much. Every pattern is a shape, not a list of offices."""

import re
from collections.abc import Iterator

_CN = "[一二两三四五六七八九十百千万]"
_CUT = re.compile(r"\([^()\n]{0,120}\)|[。;!?]+[”’)》]{0,2}|\n|…{2,}")
_ATTRIBUTION = re.compile(
    r"[ ]*[(【〔\[][^()【】〔〕\[\]\n]{0,120}?(?:责任|牵头|配合|负责|时限|落实单位|主办|协办)[^()【】〔〕\[\]\n]{0,120}[)】〕\]]"
)
_SHORTENED = 3000

STRONG_DUTY = re.compile(
    r"必须|应当|不得|确保|严禁|务必|不准|禁止|须(?!知)|切忌|杜绝|请(?=各|于|在|认真|及时|按)"
    r"|(?<![主重需必首紧次扼简只纪摘概提既还正险冲])要(?!求|素|闻|害|塞|件|不然|点(?!名|对|面|评|亮|出|到)|领(?!导|会|取|先|着)|是(?!把|抓|加|用)|义|不是|么|价|约(?!谈|束|请)|挟|强(?!化|调|力)|道(?!路)|职(?!责)|案)"
    r"|(?<=[既还])要|(?<![主重需必首紧次扼简纪摘概提])要(?=求(?:各|全))"
)
_SOFT_DUTY = re.compile(
    r"不能|不可|力争|力求|务求|争取|切实|希望(?=大家|各|同志)|应(?=该|于|在|按|将|把|及时|认真|立即)|负责|牵头|不要|防止|一律|予以|依法|依规|移交|追究|追责|通报|约谈|问责|明确|补助|奖补|给予|至少|不少于|不低于|不超过|限期|优先|统一|全部|纳入|列入|不再|提交|实行|由[\u4e00-\u9fff“”]{1,12}(?:[组员办局站长委队会]|部门|单位|书记|领导|干部|镇|乡|村)|报(?=[市县区旗镇乡省州])"
    r"|每(?:个|名|户|村|人|支|条|项|镇|乡)[^,。;]{0,10}(?:都|派|不|有|安排|配)"
)
_VERB_LIST = (
    r"加强|强化|推进|推动|建立|健全|完善|落实|开展|组织|抓|做好|做到|加快|提升|提高|深化|坚持|制定|制订|印发|报送|上报|召开|明确|规范|实施|优化|畅通|拓宽|聚焦|紧盯|压实|"
    r"督促|指导|发挥|引导|成立|梳理|排查|整改|公开|公布|公示|通报|学习|传达|查摆|解决|巩固|培育|创新|突出|把握|把|保持|遵守|履行|支持|配合|完成|汇总|填报|录入|核查|检查|清理|取消|压减|减少|"
    r"控制|安排|部署|谋划|编制|修订|设立|开通|运用|发动|宣传|营造|树立|增强|严肃|执行|遵循|落细|细化|列出|建好|用好|管好|守住|筑牢|严控|严查|严格|新增|新建|建成|改造|举办|打造|推行|引进|培育|评选|拆除|出台|编印|发放|安装|更换|配备|配齐|划定|建设|升级|调整|选派|选聘|聘请|设置|张贴|上线|签订|归集|摸排|走访|约谈|"
    r"曝光|回访|登记|申报|争取|盘活|化解|办理|对接|回应|倒排|巡查|值守|储备|转移|修复|抽查|验收|移交|组建|搭建|打通|查处|惩处|打击|取缔|关停"
)
# The first characters spare the whole alternation almost everywhere.
_VERBS = f"(?=[{''.join(sorted({verb[0] for verb in _VERB_LIST.split('|')}))}])(?:{_VERB_LIST})"
_IMPERATIVE = re.compile(
    r"(?:[^,。;:]{0,12}[:,])?(?:进一步|全面|认真|切实|深入|扎实|大力|持续|着力|积极|严格|坚决|及时|加快|继续|统筹|按时|逐步|不断|定期|逐[一项条个户]|统一|科学|依法|充分|全力)*"
    rf"{_VERBS}"
)

_TIME_UNIT = r"(?:个?工作日|个?自然日|个?小时|天半|天|日|个?星期|周|个?月|个?季度|年)"
_NUM = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?|{_CN}{{1,4}}|半)"
_POINT = (
    r"(?:\d{4}年|今年|明年|本年|当年|去年)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|底|末|初|中旬|上旬|下旬|份)?"
    r"|(?:\d{4}年|今年|明年|本年度?|当年)(?:底|年底|年内|上半年|下半年|[一二三四]季度末?)?|年底|年内|(?:本|当|次|下)?(?:月|周|季度?|旬)(?:底|末|内)"
    r"|(?:第?[一二三四]季度)(?:末|底)?|(?:上|下)半年|(?:本|下|这)周[一二三四五六日]?|节后|节前"
)
DEADLINE = re.compile(
    r"(?=[自从每第及不定按限立马尽适近当长常贯全分同会收印发用利完办整活最即今明去本次下上年月周季旬节半\d一二两三四五六七八九十百])(?:"
    rf"自[^,。;]{{2,24}}(?:以来|之日起)"
    rf"|(?:从|自)(?:{_POINT})(?:开始|起)?[,]?(?:至|到)(?:{_POINT})(?:之前|前|结束|基本结束)?"
    rf"|(?:{_POINT})(?:起|开始)?[至到—-](?:{_POINT})(?:之前|前)?"
    rf"|(?:最迟|不迟于)?(?:{_POINT})(?:之?前|以前|底前|末前|止|起|开始|为止|完成前)?"
    rf"|(?:会后|会议(?:结束)?后|收到[^,。;]{{1,12}}后|印发之日起|发现后)?在?{_NUM}{_TIME_UNIT}(?:之?内|以内|之?后|前|左右)(?:时间)?"
    rf"|(?:用|利用){_NUM}{_TIME_UNIT}(?:左右)?(?:的)?时间"
    rf"|每(?:{_NUM})?(?:个)?(?:工作日|季度|半年|半月|阶段|[年月周日天旬])(?:至少|不少于)?(?:(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]|[一二三四五六日](?![个次条])|底|初|末)?(?:之?前)?"
    r"|(?:即|今)日起(?:至[^,。;]{2,12})?|从现在起|第一时间|及时|定期|不定期|按期|按时|限期|立即|马上|尽快|适时|近期|当前和下一步|长期坚持|常态化|贯穿(?:于)?(?:始终|全过程)|全程|分阶段|同步"
    r"|(?:活动的)?每个阶段)|(?<=时限[:为])[^,。;)\n]{2,20}"
)  # fmt: skip
_MEASURE = r"(?:个百分点|个工作日|小时|分钟|平方米|公里|千米|亿元|万元|万人|万户|万名|万个|万亩|元|篇|场|次|条|件|名|人|户|家|份|项|批|所|座|套|册|亩|吨|张|期|节|轮|遍|处|例|起|宗|本|堂|课时|学时|天半|种|成|倍|字|个)"
QUANTITY = re.compile(
    r"(?=[不至最超达累控降提确近约每\dxX×*一二两三四五六七八九十百千逐全零])(?:"
    rf"(?:不少于|不低于|不超过|不得超过|不得少于|不高于|不多于|至少|最多|最少|超过|达到|累计达?|控制在|降至|提高到|确保|近|约)?"
    rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[xX×*]+|[一二两三四五六七八九十]{{2,4}}|[一二三四五六七八九][、至到][一二三四五六七八九])(?:余|多|几)?(?:[%‰]|{_MEASURE})(?:以上|以下|以内|左右)?"
    rf"|(?:不少于|不低于|不超过|不得超过|不能超过|不得少于|至少|最多|最少|达到){_CN}{{1,4}}(?:余|多)?{_MEASURE}(?:以上|以下|以内|左右)?"
    rf"|(?<![第每])[一二两三四五六七八九十]{{1,3}}(?:次|场|遍|轮|堂|篇)(?:以上)?|百分之{_CN}{{1,4}}(?:点{_CN}{{1,3}})?|{_CN}分之{_CN}"
    r"|逐[条项个一户人级件]|全覆盖|每个(?:部门|单位|环节|支部|党员|干部|村|社区|班子)|每项工作|每名[\u4e00-\u9fff]{2,4}|百分之百|不少于[^,。;]{1,8}|零报告)"
)  # fmt: skip
_NOT_QUANTITY = re.compile(r"^(?:[一二三四五六七八九十]{1,2}(?:个|项|批|种|条|件|期|轮|级|所)|\d{4}字?)$")

_BODY = (
    r"(?:单位|部门|党委|党组|党组织|支部|总支|政府|委员会|办公室|[\u4e00-\u9fff](?:办|局|厅|委|院|站|科|队|室(?![内外])|(?<![好之益用到深实痛难害各])处|(?<![全内局外一])部)|(?:派出|研究|卫生|事务|司法|税务|管理|财政|供电)所|中心|公司|企业|银行|学校|党校|大学|医院|组|专班|干部|同志|负责人|责任人|书记|"
    r"[组局市区县省处科院校站所会镇乡部行厅队]长|主任|主席|党员|大家|班子|领导|机关|[市区县省州盟旗镇乡村]|镇街|苏木|嘎查|街道|社区|各地|人员|组织|[“]班长[”]|一把手|第一责任人|代表|系统|行业|成员|委员|双方|集团|"
    r"协会|联合会|机构|业主|物业|商户|经营户|运营商|工会|团委|妇联|法院|检察院|纪委|监委|窗口|网格员|联络员|专员|经营者|教师|医生|学员)"
)
ENDS_WITH_BODY = re.compile(rf"{_BODY}(?:\([^()]{{1,16}}\))?$")
_ADVERBS = re.compile(
    r"(?:都|也|均|还|更|又|既|再|则|就|仍|一定|特别|务必|切实|同时|首先|今后|进一步|下一步|每年|每月|每周|一律|原则上|必|可|即|应|须|要|只|始终|共同|积极|主动|于|在|最迟|负责)+$"
)
_LEADS = re.compile(
    r"^(?:[\u4e00-\u9fff]{2}前后|特别是|尤其是|因此|为此|同时|对此|其中|所以|另外|此外|希望|请|而且|并且|但是|但|而|并|下一步|下一阶段|接下来|当前|这里|今后|由|即|其次|首先|最后|再次|第[一二三四五六七八九十]{1,3}[,、:]|[一二三四五六七八九十]{1,3}是|我们(?=[\u4e00-\u9fff])|只有|"
    r"第[一二三四五六七八九十百]{1,4}[章节条编][ ]*|\(?[一二三四五六七八九十]{1,3}[、)]|\d{1,2}[.、)]|\(\d{1,2}\)|[①-⑳])+"
)
_OBJECT = re.compile(
    r"^(?:对|对于|向|把|将|从|为|为了|与|和|同|以|是|按|按照|根据|通过|使|让|在|针对|围绕|关于|比|除|加强|做好|推动|抓好|开展|完善|组织|这|此|该(?!单位|部门|局|镇))"
)
_GENERIC = {
    "我们",
    "我",
    "我市",
    "我区",
    "我县",
    "我省",
    "全市",
    "全区",
    "全县",
    "全省",
    "全党",
    "主要领导是",
    "工作",
    "全国",
    "基层",
}
_ASSIGNED = re.compile(
    r"(?:责任|牵头|配合|承办|主办|协办|落实|负责)(?:单位|部门|处室|科室|领导|人)[:为是]+((?:(?! {2}| [\u4e00-\u9fff]{2,6}:)[^;。()\n,]|\([^()\n]{1,12}\)){2,80})"
    r"|由([^,。;:()]{2,30}?)(?:牵头|负责|组织实施|承担|会同|统筹|主持|统一|审核|汇总|办理|制定|收集|落实|逐一|逐[户条项个]|调度|督办|解决|包联|登记|审查|检查|复核|处理)"
    r"|\(([^()。;\n]{2,60}?)(?:按职责分工)?(?:牵头|负责|会同|配合)"
    r"|督促(?:指导|引导)?([^,。;]{2,24}?)把|、([^,。;、]{2,14}?)(?:负起|履行好|履行)"
    r"|(?:^|[,。;:])([^,。;:()]{2,24}?)(?:牵头|会同|负责(?!同志|人|任))"
)
_ASSIGNS = re.compile(r"责任|牵头|负责|配合|会同|承办|主办|协办|落实单位|由|督促|负起|履行")
_TIMED = re.compile(r"(?:应|须|要|必须)?(?:于|在|每|应|须)?$")
_IS_BODY = re.compile(
    rf"^([^,。;:]{{0,30}}?{_BODY}(?:\([^()]{{1,16}}\))?)(?:是|作为)[^。;]*,[^。;]{{0,6}}(?:要|必须|应当)"
)
_DID = re.compile(
    rf"(?:^|,)([^,。;:]{{0,30}}?{_BODY}(?:\([^()]{{1,16}}\))?)(?:已经|已|也|共|累计|先后|集中|开展|完成|召开|用)"
)
_PLAIN_ORDER = re.compile(rf"([^,。;:()]{{1,24}}?{_BODY})(?=(?:{_VERBS}))")
_BARE_BODY = re.compile(rf"(?:^|[,。;:])([^,。;:()]{{1,30}}?{_BODY}(?:\([^()]{{1,16}}\))?)$")


def split(*, view: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Places of the sentences in view[start:end], at most `most` and the rest as one; a bracket is never split."""
    position = start
    for match in _CUT.finditer(view, start, end):
        if most <= 1:
            break
        if match.group()[0] == "(" or match.end() <= position:
            continue
        stop = match.end()
        if match.group() != "\n" and (attribution := _ATTRIBUTION.match(view, stop, end)):
            stop = attribution.end()
        yield position, stop
        most -= 1
        position = stop
    if position < end:
        yield position, end


_ITEM_MARK = re.compile(
    r"(?:[(]?[一二三四五六七八九十]{1,3}[、.)]|\d{1,2}[.、)]|[(]\d{1,2}[)]|[①-⑳㈠-㈩⑴-⒇⒈-⒛]"
    r"|第[一二三四五六七八九十百]{1,4}(?:[章节条编][ ]*|[,、:])|[一二三四五六七八九十]{1,3}是)[ ]*"
)


def is_duty(*, sentence: str, demanding: bool) -> bool:
    """Whether a sentence asks for something; `demanding` where its section does, so that plain imperatives count too."""
    sentence = sentence[:_SHORTENED]
    if STRONG_DUTY.search(sentence):
        return True
    if not demanding:
        return False
    if mark := _ITEM_MARK.match(sentence):
        sentence = sentence[mark.end() :]
    return bool(_SOFT_DUTY.search(sentence) or _IMPERATIVE.match(_LEADS.sub("", sentence)))


def deadlines(*, sentence: str) -> list[str]:
    """Pieces of the sentence that say by when or how often, verbatim."""
    return _unique(match.group().strip(",") for match in DEADLINE.finditer(sentence[:_SHORTENED]))


def quantities(*, sentence: str) -> list[str]:
    """Pieces that say how much, verbatim; times are left out."""
    return _quantities(sentence[:_SHORTENED], [match.span() for match in DEADLINE.finditer(sentence[:_SHORTENED])])


def read(*, sentence: str, demanding: bool = False) -> tuple[list[str], list[str], list[str]]:
    """(responsible, deadlines, quantities) of one sentence, with the times looked for once.

    In a `demanding` section "市数据局做好保障" makes its subject responsible without a verb of duty.
    """
    text = _ITEM_MARK.sub("", sentence[:_SHORTENED], count=1) if _ITEM_MARK.match(sentence) else sentence[:_SHORTENED]
    times = [match.span() for match in DEADLINE.finditer(text)]
    who = _responsible(text, times)
    if (
        demanding
        and not who
        and (match := _PLAIN_ORDER.match(_LEADS.sub("", text)))
        and not _OBJECT.match(match.group(1))
    ):
        who = [match.group(1)] if match.group(1) not in _GENERIC else []
    return who, _unique(text[start:end].strip(",") for start, end in times), _quantities(text, times)


def _quantities(text: str, times: list[tuple[int, int]]) -> list[str]:
    found = []
    for match in QUANTITY.finditer(text):
        if any(start <= match.start() < end for start, end in times) or _NOT_QUANTITY.match(match.group()):
            continue
        if match.start() > 0 and text[match.start() - 1] in "第“":
            continue
        found.append(match.group())
    return _unique(iter(found))


def responsible(*, sentence: str) -> list[str]:
    """Bodies and persons that the sentence itself makes responsible, verbatim and in order."""
    text = sentence[:_SHORTENED]
    return _responsible(text, [match.span() for match in DEADLINE.finditer(text)])


def _responsible(text: str, times: list[tuple[int, int]]) -> list[str]:
    found: list[tuple[int, str]] = []
    for match in STRONG_DUTY.finditer(text):
        found += _subject(text, match.start())
    for start, end in times:
        if (end - start >= 3 or text[start] == "每") and _BARE_BODY.search(
            _TIMED.sub("", text[max(0, start - 60) : start])
        ):
            found += _subject(text, start)
    for match in _ASSIGNED.finditer(text) if _ASSIGNS.search(text) else ():
        index = next(number for number in range(1, 7) if match.group(number))
        name = _LEADS.sub("", match.group(index).strip(" "))
        if index in (1, 3) or (index in (2, 4, 5, 6) and ENDS_WITH_BODY.search(name) and not _OBJECT.match(name)):
            found.append((match.start(index), name))
    if body := _IS_BODY.search(text):
        found.append((body.start(1), _LEADS.sub("", body.group(1))))
    return _unique(name for _, name in sorted(found) if name not in _GENERIC and not _OBJECT.match(name))


def actor(*, sentence: str) -> list[str]:
    """Bodies a report says did something (a fact with a subject, not a requirement)."""
    names = [_LEADS.sub("", match.group(1)) for match in _DID.finditer(sentence[:_SHORTENED])]
    return _unique(name for name in names if name not in _GENERIC and not _OBJECT.match(name))


def _subject(text: str, duty: int) -> list[tuple[int, str]]:
    """The subject that stands between the clause start and the verb of duty, if it names somebody."""
    start = max(text.rfind(mark, max(0, duty - 60), duty) for mark in ",;:。—!?") + 1
    clause = text[start:duty]
    if not clause or len(clause) > 58:
        return []
    name = clause
    for _ in range(3):
        name = _TIMED.sub("", _ADVERBS.sub("", name))
        trailing = next((match for match in DEADLINE.finditer(name) if match.end() == len(name)), None)
        if trailing is None:
            break
        name = name[: trailing.start()]
    name = _LEADS.sub("", name.strip(" "))
    if len(name) < 2 or len(name) > 45 or name in _GENERIC or _OBJECT.match(name) or not ENDS_WITH_BODY.search(name):
        return []
    return [(start, name)]


def _unique(pieces: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(piece for piece in pieces if piece))

"""What stands before the first words: title, labels, date, the speaker's role, the salutation."""

import re
from dataclasses import dataclass, field

from duban.directives.outline.canonical import SALUTATION, View
from duban.directives.outline.markers import chinese_number
from duban.directives.outline.noise import may_not_be_noise

_DIGIT_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]")
_CHINESE_DATE = re.compile(
    r"([一二三四五六七八九〇零○]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
_DASHED_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PARTIAL_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号]|份)?")
_MASKED_DATE = re.compile(r"(?=.*年)[\dxX×*某 年月日号一二三四五六七八九十〇]{2,20}")
_REPORTS = re.compile(r"如下|现将|以下|^(?:为|根据|按照|近年|经)")
_MASKED_NAME = re.compile(r"[\u4e00-\u9fff]{1,3}[ ]*[xX×*某]{1,3}|[\u4e00-\u9fff][ ]{1,4}[\u4e00-\u9fff]{1,2}")
_ISSUER = re.compile(
    r"[\u4e00-\u9fff]{2,24}(?:办|局|委|办公室|中心|专班|指挥部|领导小组|委员会|政府|街道办事处|公司|学校|医院)"
)
_FIELD = re.compile(r"[\u4e00-\u9fff]{2,6}:\S")
_ROLE = re.compile(
    r"书记|[市区县省州镇乡厅局部处校院行会社站所组]长|主任|主席|部长|组长|秘书长|巡视员|调研员|总经理|董事长|总裁|负责人|专员|委员"
)
_TITLE_WORDS = re.compile(
    r"(?:讲话|发言|致辞|报告|方案|总结|通知|通报|通告|公告|意见|办法|规定|细则|计划|要点|纪要|决定|措施|提纲|清单|函|批复|规划|讲话稿|动员令|决议|规则|倡议书?)$"
)
_DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{0,12}[〔\[(]\d{4}[〕\])](?:第)?\d{1,4}号$|^第?\d{1,4}期$")
_LABELS = (
    ("transcript", re.compile(r"录音|记录稿|速记|记录整理|未经.{0,6}审[阅定核]")),
    ("extract", re.compile(r"摘要|节选|摘录|摘编|选段")),
    ("outline", re.compile(r"提纲|要点")),
    ("model_text", re.compile(r"范文|模板|样本")),
)
_BRACKETED = re.compile(r"[(【〔\[]([^()【】〔〕\[\]]{1,60})[)】〕\]]")
_LAST_BRACKET = re.compile(r"[ ]*[(【〔\[]([^()【】〔〕\[\]]{1,40})[)】〕\]][ ]*$")
_ON_BEHALF = re.compile(
    r"受([^,。;:]{1,24}?)(?:的)?(?:委托|委派|指派)|代表([\u4e00-\u9fff*_、]{2,24}?)(?:[,]|向|就|讲|作|对|宣布)"
)
_OCCASION = re.compile(r"在(.{2,60}?)上的?(?:讲话|发言|致辞|报告|总结|提纲|表态|动员|主持)")
_DUTY = re.compile(r"必须|应当|不得|确保|严禁|(?<![主重需必摘])要(?!求|点|闻|事)")


@dataclass(slots=True)
class Head:
    """Positions are of the view; `start` is where the words after the head begin."""

    start: int = 0
    title: str = ""
    salutation: str | None = None
    addressees: str | None = None
    date: str | None = None
    speaker_role: str | None = None
    labels: list[str] = field(default_factory=list)
    cuts: list[tuple[int, str]] = field(default_factory=list)
    doubled: list[tuple[int, int]] = field(default_factory=list)


def iso_date(*, text: str) -> str | None:
    """The first full date in canonical `text`, as ISO 8601; None where day, month or year is missing."""
    for match in (*_DIGIT_DATE.finditer(text), *_DASHED_DATE.finditer(text)):
        year, month, day = (int(part) for part in match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"{year:04d}-{month:02d}-{day:02d}"
    if chinese := _CHINESE_DATE.search(text):
        digits = chinese.group(1).translate(str.maketrans("〇零○一二三四五六七八九", "000123456789"))
        month_, day_ = chinese_number(chinese.group(2)), chinese_number(chinese.group(3))
        if digits.isdigit() and month_ and day_ and month_ <= 12 and day_ <= 31:
            return f"{digits}-{month_:02d}-{day_:02d}"
    return None


def on_behalf_of(*, text: str) -> str | None:
    """Whom the speaker says to speak for, as written; a masked name stays masked (R-702)."""
    match = _ON_BEHALF.search(text[:600])
    return (match.group(1) or match.group(2)) if match else None


def occasion_of(*, title: str) -> str | None:
    match = _OCCASION.search(title)
    return match.group(1) if match else None


def read_head(*, view: View, begin: int, first_item: int) -> Head:
    """Read the head of `view` from `begin`; `first_item` is the place of the first marker of the body."""
    head = Head(start=begin)
    text = view.text
    reach = max(min(first_item, begin + 1500), begin)
    found = SALUTATION.search(text, begin, min(begin + 1500, len(text)))
    if found and found.start() > first_item and first_item > begin:
        found = None
    if found:
        _salute(head, view, found.start(), found.end())
        block_end = found.start()
    else:
        block_end = _addressed(head, view, begin, reach)
    _title_block(head, view, begin, block_end)
    return head


def _salute(head: Head, view: View, start: int, end: int) -> None:
    head.salutation = view.shown[start:end]
    head.addressees = head.salutation[:-1]
    head.cuts.append((start, "salutation"))
    head.start = end


def _addressed(head: Head, view: View, begin: int, reach: int) -> int:
    """A line that names addressees and ends with a colon, or the end of the lines that can be a title block."""
    position = begin
    for line in view.text[begin:reach].split("\n")[:8]:
        stop = position + len(line)
        if (
            2 <= len(line) <= 200
            and line.endswith(":")
            and position > begin
            and not _DUTY.search(line)
            and "。" not in line
            and not _REPORTS.search(line)
        ):
            _salute(head, view, position, stop)
            return position
        if position > begin and line.endswith(":") and _REPORTS.search(line):
            break
        if len(line) > 80 or line.endswith(("。", ";", "!", "?")) or (position > begin and _DUTY.search(line)):
            break
        position = min(stop + 1, reach)
    if position == reach and reach == len(view.text) and "\n" not in view.text[begin:reach]:
        return begin
    head.start = position
    return position


def _title_block(head: Head, view: View, begin: int, end: int) -> None:
    position = begin
    title: list[str] = []
    for line in view.text[begin:end].split("\n"):
        start, stop = position, position + len(line)
        position = stop + 1
        bare = line.strip(" ")
        if not bare:
            continue
        if len(bare) > 160 or (title and (bare.endswith("。") or (bare.endswith(":") and _REPORTS.search(bare)))):
            head.start = min(head.start, start) if head.salutation is None else head.start
            head.cuts.append((start, "intro"))
            continue
        kind = _line_kind(head, bare, view.shown[start:stop], title="".join(title))
        if kind == "title":
            if title and _doubles(title, bare):
                if may_not_be_noise(text=bare):
                    head.cuts.append((start, "label"))
                else:
                    head.doubled.append((start, stop))
                continue
            title.append(_unlabelled(head, view, start, stop))
        head.cuts.append((start, kind))
    head.title = "".join(title)


def _line_kind(head: Head, bare: str, shown: str, *, title: str) -> str:
    has_title, complete = (
        bool(title),
        bool(_TITLE_WORDS.search(title) or title.endswith(("汇报", "主持词", "典型材料"))),
    )
    inner = _BRACKETED.fullmatch(bare)
    if inner or len(bare) <= 40:
        labelled = False
        for label, pattern in _LABELS:
            if inner and pattern.search(inner.group(1)):
                head.labels.append(label)
                labelled = True
        if labelled:
            head.date = head.date or iso_date(text=bare)
            return "label"
        if len(bare) <= 40 and (date := iso_date(text=bare)) and not _TITLE_WORDS.search(bare):
            head.date = head.date or date
            if _ROLE.search(bare):
                head.speaker_role = head.speaker_role or _named(_BRACKETED.sub("", shown))
            return "date"
    if inner and (_PARTIAL_DATE.fullmatch(inner.group(1)) or _MASKED_DATE.fullmatch(inner.group(1))):
        return "date"
    if complete and (_MASKED_NAME.fullmatch(bare) or _ISSUER.fullmatch(bare)):
        return "field"
    if has_title and _FIELD.match(bare):
        return "field"
    if _DOC_NUMBER.search(bare):
        return "number"
    if (
        has_title
        and len(bare) <= 40
        and _ROLE.search(bare)
        and not _TITLE_WORDS.search(bare)
        and not bare.startswith("关于")
    ):
        head.speaker_role = head.speaker_role or _named(shown.strip().strip("()（）"))
        return "role"
    return "title"


def _named(role: str) -> str:
    """The role without a masked name, which is an unknown value (R-702)."""
    return re.sub(r"[ \u3000]*[*×xX_某]{1,4}$", "", role.strip()).strip()


def _doubles(title: list[str], line: str) -> bool:
    whole = "".join(title)
    while found := _LAST_BRACKET.search(line):
        if not any(pattern.search(found.group(1)) for _, pattern in _LABELS):
            break
        line = line[: found.start()]
    alike = whole[:60].startswith(line[:60]) or line.startswith(whole)
    return alike and min(len(whole), len(line)) >= 6 and not may_not_be_noise(text=line)


def _unlabelled(head: Head, view: View, start: int, stop: int) -> str:
    """The title on one line without its labels; the second copy of a doubled title becomes noise."""
    line, shown = view.text[start:stop], view.shown[start:stop]
    half = len(line) // 2
    if len(line) >= 12 and len(line) % 2 == 0 and line[:half] == line[half:] and not may_not_be_noise(text=line):
        head.doubled.append((start + half, stop))
        line, shown = line[:half], shown[:half]
    end = len(line)
    while found := _LAST_BRACKET.search(line[:end]):
        label = next((label for label, pattern in _LABELS if pattern.search(found.group(1))), None)
        date = iso_date(text=found.group(1))
        if not label and not date:
            break
        if label:
            head.labels.append(label)
        head.date = head.date or date
        end = found.start()
    if re.search(r"提纲$", line[:end]):
        head.labels.append("outline")
    return shown[:end].strip()

"""The words that offices write for the classes of units; the first of each class is the one on our pages."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence

Words = Mapping[str, Sequence[str]]

LEVEL: Words = {
    "city": ("市级", "市本级", "地市级", "地级市", "市直", "city"),
    "county": ("县级", "县区级", "区县级", "县市区级", "区级", "县直", "区直", "county"),
    "township": ("乡镇级", "乡级", "镇级", "街道级", "乡镇街道级", "township"),
    "village": ("村级", "村社区级", "社区级", "村居级", "village"),
}
FIELD: Words = {
    "organ": ("机关", "党政机关", "机关事业单位", "organ"),
    "enterprise": ("国有企业", "国企", "市属国企", "enterprise"),
    "education": ("教育", "学校", "高校", "中小学校", "education"),
    "health": ("卫生健康", "卫健", "医疗卫生", "医院", "公立医院", "health"),
    "rural": ("农村", "村", "rural"),
    "community": ("城市社区", "社区", "community"),
    "non_public": ("非公有制经济", "非公", "非公企业", "两新", "non_public"),
    "social_organisation": ("社会组织", "社团", "social_organisation"),
    "other": ("其他", "其它", "other"),
}
KIND: Words = {
    "top": ("市县本级", "本级", "市", "县", "区", "市县区", "top"),
    "leadership_team": ("领导班子", "班子", "党组", "leadership_team"),
    "department": ("部门", "党政部门", "机关部门", "委办局", "市直部门", "县直部门", "department"),
    "affiliated": ("直属单位", "事业单位", "直属事业单位", "下属单位", "affiliated"),
    "township": ("乡镇", "镇", "乡", "township"),
    "sub_district": ("街道", "街道办事处", "sub_district"),
    "village": ("村", "行政村", "村党组织", "village"),
    "community": ("社区", "居委会", "城市社区", "community"),
    "enterprise": ("企业", "公司", "国有企业", "非公企业", "enterprise"),
    "social_organisation": ("社会组织", "社团", "协会", "social_organisation"),
    "organ_branch": ("机关支部", "机关党支部", "党支部", "支部", "organ_branch"),
    "supervision_group": ("督导组", "指导组", "巡回指导组", "联络组", "supervision_group"),
    "office": ("活动办公室", "领导小组办公室", "办公室", "office"),
    "other": ("其他类别", "其他", "其它", "other"),
}
RANK: Words = {
    "": ("无职级", "无", "none"),
    "department": ("厅局级", "地厅级", "厅级", "正厅级", "副厅级", "department"),
    "division": ("县处级", "处级", "正处级", "副处级", "正县级", "副县级", "division"),
    "section": ("乡科级", "科级", "正科级", "副科级", "section"),
}


_MARKS = str.maketrans("", "", "()[]、·,")


def plain(text: str) -> str:
    """Return a word for comparing: widths and case equal, without spaces and brackets."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower().translate(_MARKS)


class Axis:
    """One axis of classes: its accepted words, and what each means."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._meanings: dict[str, str] = {}
        for value, accepted in words.items():
            for word in accepted:
                self._meanings.setdefault(plain(word), value)

    @property
    def first_words(self) -> list[str]:
        """The word of our pages for each class."""
        return [accepted[0] for accepted in self.words.values()]

    def meaning(self, text: str) -> str | None:
        """Return the class that a word means, or None."""
        return self._meanings.get(plain(text))

    def nearest(self, text: str, *, most: int = 3) -> list[str]:
        """Return the accepted words nearest to an unknown one, the first word of every class where none is near."""
        accepted = {plain(word): word for words in self.words.values() for word in words if not word.isascii()}
        near = difflib.get_close_matches(plain(text), accepted, n=most, cutoff=0.34)
        return [accepted[word] for word in near] or self.first_words


LEVELS = Axis(LEVEL)
FIELDS = Axis(FIELD)
KINDS = Axis(KIND)
RANKS = Axis(RANK)

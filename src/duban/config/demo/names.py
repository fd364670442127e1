"""Invented names: people, villages, enterprises. Any likeness to a real person or place is chance."""

from collections.abc import Iterator
from random import Random

SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞任袁柳"
    "唐费薛雷贺倪汤罗毕郝安常乐于傅齐康伍余元顾孟黄穆萧尹姚邵汪祁毛米明戴宋庞熊纪舒屈项祝董梁"
    "杜阮蓝谭江阎邓石宗柏骆高"
)
GIVEN = (
    "禾穗稼苗芸芷苓蓼蒲荻芦萍菱荷莲藕桑榆槐柳桐梓楸楠枫桦杉柏棠梨杏梅兰菊葵藤竹笛笙筝"
    "琴弦韵歌谣赋砚墨书简册卷篱畦畴塘溪汀洲渚浦湾澜涟漪淼湄泓沐润霖露霜雪霁虹霞岚雾曦"
    "晗晓晨昀昱晴暖阳晖夕暮星朗澈澄皓素青苍翠碧彤绯缃靛黛丹朱铃铎钧锦绣绮绒帆舟楫渔樵"
    "耕石岩岭峦崖谷野原川渡桥粟黍麦豆茶盈满余欣悦怡宜安恬静淳朴敦恕慎谨谦让勉励翎羽翊"
    "翔鸢鹂鸿雁钰琪琳瑶珊琬瑾瑜璇珂珺颖婷妍娴婕慧敏嘉佳铭轩泽翰彦昊宸骏睿琛璟舒雅若宛"
)
# Characters beyond the common sets test fonts, search and forms; the last is a name of four characters.
RARE_NAMES = ("顾喆", "吕昇", "倪堃", "祁龑", "范𬭎", "吉木阿依")

_PLACES = (
    "柳林", "麦场", "高台", "新圩", "石桥", "枣园", "荷塘", "桑台", "竹园", "槐荫", "栗坡", "茶坪", "盘石",
    "冷水", "双岔", "石门", "沙湾", "芦荡", "瓦窑", "油坊", "磨坊", "水碾", "官渡", "义井", "龙泉", "凤台",
    "黄土", "红砂", "青石", "白果", "乌桕", "银杏", "杏花", "梨园", "桃源", "菱湖", "藕塘", "鱼梁", "雁滩",
    "鹤岗", "鹭洲", "马场", "羊圈", "牛栏", "鸡鸣", "鹿角", "狮子", "仙桥", "土地", "关帝", "药王", "粮台",
    "盐店", "铁匠", "铜锣", "锅底",
)  # fmt: skip
_SIDES = ("东", "西", "南", "北", "上", "下", "前", "后", "大", "小", "新", "老")
_FORMS = {
    "plain": ("圩", "渡", "坝", "湾", "楼", "集", "庄", "桥", "铺", "台"),
    "hill": ("寨", "沟", "坪", "坡", "崖", "坑", "坳", "岭", "湾", "洞"),
}
_TRADE_NAMES = (
    "恒禾", "锦川", "嘉木", "万穗", "润野", "晟帆", "启棠", "远汀", "和畴", "瑞笙", "同梓", "广陌", "泰霖",
    "宏砚", "佳篱", "亿溪", "聚芸", "盛桐", "祥楫", "鼎岚", "安泓", "顺渚", "德圃", "丰荻", "诚澈", "益黍",
    "源汀", "创昀", "联畦", "兴橹",
)  # fmt: skip
_TRADES = (
    "纺织", "服饰", "食品", "包装", "机械", "电子", "物流", "建材", "家居", "印务",
    "餐饮", "商贸", "粮油", "物业", "汽修", "五金", "塑业", "园林", "药业", "装饰",
)  # fmt: skip


def people(*, random: Random, taken: set[str]) -> Iterator[str]:
    """Names of two or three characters, each once, none of `taken`; the rare ones come first."""
    for name in RARE_NAMES:
        if name not in taken:
            taken.add(name)
            yield name
    while True:
        # Two-character names are the likelier to be borne by somebody known: one in eight is enough for the forms.
        length = 1 if random.random() < 0.125 else 2
        name = random.choice(SURNAMES) + "".join(random.sample(GIVEN, length))
        if name not in taken and len(set(name)) == len(name):
            taken.add(name)
            yield name


def villages(*, count: int, first: tuple[str, ...], style: str, random: Random, taken: set[str]) -> list[str]:
    """`count` names of villages with 村 at the end: `first`, then a place, a side or a family with the form of the land."""
    found = [name for name in first if name not in taken]
    taken.update(found)
    while len(found) < count:
        way = random.randrange(3)
        if way == 0:
            name = random.choice(_PLACES)
        elif way == 1:
            name = random.choice(_SIDES) + random.choice(_PLACES)[:1] + random.choice(_FORMS[style])
        else:
            name = random.choice(SURNAMES) + "家" + random.choice(_FORMS[style])
        if name not in taken:
            taken.add(name)
            found.append(name)
    return [f"{name}村" for name in found]


def enterprises(*, count: int, random: Random, taken: set[str]) -> list[str]:
    """`count` names of enterprises, none of `taken`."""
    found: list[str] = []
    while len(found) < count:
        name = random.choice(_TRADE_NAMES) + random.choice(_TRADES)
        if name not in taken:
            taken.add(name)
            found.append(name)
    return found


def associations(*, count: int, place: str) -> list[str]:
    """Names of `count` trade associations of a place; at most one for each trade."""
    return [f"{place}{trade}行业协会" for trade in _TRADES[:count]]

"""The people who sign in: the cast of the story, and for each a colleague of the same role in a sibling unit."""

from dataclasses import dataclass

from duban.config.demo.model import DemoFormerPost, PostKind
from duban.config.demo.places import CITY
from duban.config.demo.units import CITY_OFFICE, GROUPS

CAMPAIGN = "专题教育"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `role` over the subtree of `over`, or over the own unit alone where `over` is None."""

    sign_in: str
    name: str
    unit_key: str
    post_kind: PostKind
    title: str
    role: str
    over: str | None = None
    field: str = ""
    former_posts: tuple[DemoFormerPost, ...] = ()
    # A unit for which they answer beside that role: a county's office for the county.
    answers_for: str | None = None


def _pair(part: Part, colleague: Part | None) -> tuple[Part, Part | None]:
    return part, colleague


HOUSING, TRANSPORT = "市住房城乡建设局", "市交通运输局"
SHUANGHUAI = "青榆县双槐镇"

# Over a supervision group's head or member `over` is the group itself: its role holds over the units the group covers.
PARTS: tuple[tuple[Part, Part | None], ...] = (
    _pair(
        Part("linxiaohe", "林晓禾", CITY_OFFICE, "clerk", "综合组工作人员", "office_clerk", CITY),
        Part("fangqiaoyun", "方樵耘", "石岭县教育办", "clerk", "综合组工作人员", "office_clerk", "石岭县"),
    ),
    _pair(
        Part("hanlicheng", "韩立诚", CITY_OFFICE, "principal", "主任", "office_head", CITY),
        Part("qiujianan", "裘见楠", "石岭县教育办", "principal", "主任", "office_head", "石岭县"),
    ),
    _pair(
        Part(
            "suwan",
            "苏婉",
            "望澜区教育办",
            "clerk",
            "综合组工作人员",
            "county_office",
            "望澜区",
            answers_for="望澜区",
        ),
        Part(
            "wenruyue",
            "闻如樾",
            "青榆县教育办",
            "clerk",
            "综合组工作人员",
            "county_office",
            "青榆县",
            answers_for="青榆县",
        ),
    ),
    _pair(
        Part("taozhongming", "陶仲明", GROUPS[0], "principal", "组长", "group_head", GROUPS[0]),
        Part("lujing", "卢静", GROUPS[1], "principal", "组长", "group_head", GROUPS[1]),
    ),
    _pair(
        Part("shaoguangtian", "邵广田", GROUPS[2], "principal", "组长", "group_head", GROUPS[2]),
        Part("ruandaqing", "阮大庆", GROUPS[3], "principal", "组长", "group_head", GROUPS[3]),
    ),
    _pair(
        Part("dingyifan", "丁一凡", HOUSING, "liaison", "联络员", "unit_liaison"),
        Part("yanshuhe", "严黍禾", TRANSPORT, "liaison", "联络员", "unit_liaison"),
    ),
    _pair(
        Part("hewenchuan", "贺文川", HOUSING, "principal", "局长", "unit_principal"),
        Part("luchengzhou", "陆承洲", TRANSPORT, "principal", "局长", "unit_principal"),
    ),
    _pair(
        Part("liangxiaoman", "梁小满", "青榆县水利局", "liaison", "联络员", "unit_liaison"),
        Part("weichunli", "魏椿黎", "青榆县农业农村局", "liaison", "联络员", "unit_liaison"),
    ),
    _pair(
        Part("tianlu", "田露", SHUANGHUAI, "liaison", "党建干事", "township_recorder", SHUANGHUAI),
        Part("guoqiusui", "郭秋穗", "青榆县柳集镇", "liaison", "党建干事", "township_recorder", "青榆县柳集镇"),
    ),
    _pair(
        Part("caoyougen", "曹有根", f"{SHUANGHUAI}双槐村", "secretary", "党支部书记", "branch_secretary"),
        Part("zhaomantang", "赵满塘", f"{SHUANGHUAI}赵渡村", "secretary", "党支部书记", "branch_secretary"),
    ),
    _pair(
        Part("xulan", "许岚", "望澜区东渡街道恒纺织业", "secretary", "党支部书记", "branch_secretary"),
        Part("shengyufan", "盛聿帆", "望澜区东渡街道蓝渡物流", "secretary", "党支部书记", "branch_secretary"),
    ),
    _pair(
        Part("mengfan", "孟繁", CITY_OFFICE, "clerk", "受理员", "intake_clerk", CITY),
        Part("hualinxi", "华临溪", "青榆县教育办", "clerk", "受理员", "intake_clerk", "青榆县"),
    ),
    _pair(
        Part("yanzheng", "严铮", CITY_OFFICE, "clerk", "审计管理员", "audit_admin", CITY),
        Part("leizhiqian", "雷知谦", "望澜区教育办", "clerk", "审计管理员", "audit_admin", "望澜区"),
    ),
    _pair(
        Part("qiumingzhu", "邱茗竹", CITY_OFFICE, "clerk", "系统管理员", "system_admin", CITY),
        None,
    ),
    _pair(
        Part("duanshouyan", "段守砚", CITY_OFFICE, "clerk", "安全管理员", "security_admin", CITY),
        None,
    ),
    _pair(
        Part("xinghengyuan", "邢衡原", "市委常委会班子", "deputy", "领导小组副组长", "leading_group_member", CITY),
        Part("cuiruomu", "崔若木", "望澜区委常委会班子", "deputy", "领导小组副组长", "leading_group_member", "望澜区"),
    ),
    _pair(
        Part("heshulan", "贺疏岚", HOUSING, "deputy", "副局长", "unit_deputy", field="老旧小区改造、物业管理"),
        Part("fuqinghe", "傅清禾", TRANSPORT, "deputy", "副局长", "unit_deputy", field="农村客运、公路养护"),
    ),
    _pair(
        Part("tangmian", "汤勉", "市教育局", "clerk", "教育系统工作人员", "line_clerk", "line:education"),
        Part("mojinglan", "莫镜澜", "市卫生健康委", "clerk", "卫健系统工作人员", "line_clerk", "line:health"),
    ),
    _pair(
        Part("yinlecheng", "殷乐橙", GROUPS[0], "member", "组员", "group_member", GROUPS[0]),
        Part(
            "shibaishan",
            "石柏山",
            GROUPS[2],
            "member",
            "组员",
            "group_member",
            GROUPS[2],
            former_posts=(DemoFormerPost("石岭县交通运输局", "deputy", "副局长"),),
        ),
    ),
)
# Heads who do not sign in during the story, but are named in it.
FIFTH_HEAD = Part("jiaruoshui", "贾若水", GROUPS[4], "principal", "组长", "group_head", GROUPS[4])


def parts() -> tuple[Part, ...]:
    """Everybody who signs in, each once."""
    pairs = [part for pair in PARTS for part in pair if part is not None]
    return (*pairs, FIFTH_HEAD)

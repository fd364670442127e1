"""The parts of the demonstration city: departments in protocol order, lines, counties with what lies in them."""

from dataclasses import dataclass

CITY = "澜川市"

# Code, name of the city's department, line led. Protocol order by hand, never alphabetical.
DEPARTMENTS: tuple[tuple[str, str, str | None], ...] = (
    ("party_office", "市委办公室", None),
    ("congress_office", "市人大办公室", None),
    ("government_office", "市政府办公室", None),
    ("conference_office", "市政协办公室", None),
    ("discipline", "市纪委监委机关", None),
    ("organisation", "市委组织部", None),
    ("publicity", "市委宣传部", None),
    ("united_front", "市委统战部", None),
    ("politics_law", "市委政法委", "politics_law"),
    ("party_school", "市委党校", None),
    ("organ_committee", "市直机关工委", None),
    ("trade_union", "市总工会", None),
    ("youth_league", "团市委", None),
    ("women", "市妇联", None),
    ("development", "市发展改革委", None),
    ("education", "市教育局", "education"),
    ("science", "市科技局", None),
    ("industry", "市工业和信息化局", "industry"),
    ("police", "市公安局", None),
    ("civil_affairs", "市民政局", "social"),
    ("justice", "市司法局", None),
    ("finance", "市财政局", "state_capital"),
    ("labour", "市人力资源社会保障局", None),
    ("resources", "市自然资源规划局", None),
    ("environment", "市生态环境局", None),
    ("housing", "市住房城乡建设局", "housing"),
    ("transport", "市交通运输局", "transport"),
    ("water", "市水利局", "water"),
    ("agriculture", "市农业农村局", "agriculture"),
    ("commerce", "市商务局", "commerce"),
    ("culture", "市文化旅游局", "culture"),
    ("health", "市卫生健康委", "health"),
    ("market", "市市场监管局", "market"),
    ("services", "市政务服务局", None),
)
LINES = {
    "politics_law": "政法系统",
    "education": "教育系统",
    "industry": "工信系统",
    "social": "民政系统",
    "state_capital": "国资系统",
    "housing": "住建系统",
    "transport": "交通运输系统",
    "water": "水利系统",
    "agriculture": "农业农村系统",
    "commerce": "商务系统",
    "culture": "文旅系统",
    "health": "卫健系统",
    "market": "市场监管系统",
}
# The line a department of a county belongs to, where it is not the one of the same code.
LINE_OF = {"police": "politics_law", "justice": "politics_law", "civil_affairs": "social", "finance": "state_capital"}

# A county's departments: code and name without the county; {委} is 区委 or 县委, {级} is 区 or 县.
COUNTY_DEPARTMENTS: tuple[tuple[str, str], ...] = (
    ("party_office", "委办公室"),
    ("congress_office", "人大办公室"),
    ("government_office", "政府办公室"),
    ("conference_office", "政协办公室"),
    ("discipline", "纪委监委机关"),
    ("organisation", "委组织部"),
    ("publicity", "委宣传部"),
    ("united_front", "委统战部"),
    ("politics_law", "委政法委"),
    ("development", "发展改革局"),
    ("education", "教育局"),
    ("police", "公安局"),
    ("civil_affairs", "民政局"),
    ("finance", "财政局"),
    ("labour", "人社局"),
    ("resources", "自然资源局"),
    ("housing", "住建局"),
    ("transport", "交通运输局"),
    ("water", "水利局"),
    ("agriculture", "农业农村局"),
    ("culture", "文化旅游局"),
    ("health", "卫生健康局"),
    ("market", "市场监管局"),
    ("services", "政务服务局"),
)
TEAMS = ("委常委会班子", "人大常委会党组班子", "政府党组班子", "政协党组班子")

# Name, field, line.
CITY_AFFILIATED: tuple[tuple[str, str, str], ...] = (
    ("澜川水务集团", "enterprise", "state_capital"),
    ("澜川公交集团", "enterprise", "state_capital"),
    ("澜川城建投资集团", "enterprise", "state_capital"),
    ("澜川粮油集团", "enterprise", "state_capital"),
    ("澜川职业技术学院", "education", "education"),
    ("市第一人民医院", "health", "health"),
    ("市中医院", "health", "health"),
    ("市第一中学", "education", "education"),
    ("市实验小学", "education", "education"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A township or sub-district with the first names of its villages or communities."""

    name: str
    communities: bool
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class County:
    """A district or county."""

    name: str
    places: tuple[Place, ...]
    villages_each: int
    communities_each: int
    land: str
    affiliated: tuple[tuple[str, str, str], ...]
    more_departments: tuple[tuple[str, str], ...]
    # Enterprises and social organisations with a name of their own; the rest is generated up to the count.
    named_enterprises: tuple[tuple[str, str], ...]
    named_social: tuple[str, ...]
    enterprise_count: int


WANGLAN = County(
    name="望澜区",
    places=(
        Place("望江街道", True, ("开平里", "老码头", "望江楼", "滨江里", "轮渡口", "船坞", "江心里", "听涛")),
        Place("钟楼街道", True, ("书院巷", "柳营", "钟楼里", "文庙街", "鼓坊", "桂花巷", "学宫街", "石牌坊")),
        Place("北塘街道", True, ("北塘一", "北塘二", "北塘三", "莲塘里", "塘沿", "清水桥", "菱角巷", "长堤")),
        Place("东渡街道", True, ("东渡口", "纺织新村", "红旗渡里", "机床新村", "货栈街", "东堤", "新渡", "渡南")),
        Place("桑园街道", True, ("桑园南", "桑园北", "蚕种场", "丝厂里", "桑叶街", "缫丝新村", "茧站", "桑荫里")),
        Place("新港街道", True, ("新港花园", "新港佳苑", "港湾里", "锚地", "灯塔街", "海棠苑", "船厂新村", "新港南")),
        Place("云桥镇", False, ("云桥", "荷塘", "大圩头", "南坝")),
        Place("沙浦镇", False, ("沙浦", "沙头", "芦滩", "下河口")),
    ),
    villages_each=9,
    communities_each=8,
    land="plain",
    affiliated=(
        ("望澜城市建设公司", "enterprise", "state_capital"),
        ("望澜环境服务公司", "enterprise", "state_capital"),
        ("望澜文化旅游公司", "enterprise", "state_capital"),
        ("望澜区人民医院", "health", "health"),
        ("望澜区妇幼保健院", "health", "health"),
        ("望澜区第一中学", "education", "education"),
        ("望澜区实验小学", "education", "education"),
        ("望澜区中心幼儿园", "education", "education"),
    ),
    more_departments=(),
    named_enterprises=(
        ("恒纺织业", "东渡街道"),
        ("澜江航运", "望江街道"),
        ("蓝渡物流", "东渡街道"),
        ("云桥食品", "云桥镇"),
    ),
    named_social=("百川电商协会", "望澜出租车协会", "望澜家政服务协会", "望澜志愿者联合会"),
    enterprise_count=40,
)
QINGYU = County(
    name="青榆县",
    places=(
        Place("柳集镇", False, ("柳集", "后榆", "东柳")),
        Place(
            "双槐镇",
            False,
            (
                "双槐",
                "前榆",
                "赵渡",
                "陈家圩",
                "西坝头",
                "麦场",
                "高台",
                "柳林",
                "新圩",
                "槐荫",
                "小石桥",
                "河沿",
                "孙楼",
                "吴家集",
            ),
        ),
        Place("白浦镇", False, ("白浦", "浦口", "白庙")),
        Place("枣林镇", False, ("枣林", "枣西")),
        Place("大圩镇", False, ("大圩", "圩南", "圩北", "井头")),
        Place("榆林铺镇", False, ("榆林铺", "铺东")),
        Place("三河口镇", False, ("三河口", "河套")),
        Place("黄泥岗乡", False, ("黄泥岗", "岗上")),
        Place("沿湖乡", False, ("沿湖", "湖心", "渔港")),
    ),
    villages_each=14,
    communities_each=0,
    land="plain",
    affiliated=(
        ("青榆供水公司", "enterprise", "state_capital"),
        ("青榆城镇建设公司", "enterprise", "state_capital"),
        ("青榆粮食收储公司", "enterprise", "state_capital"),
        ("青榆县人民医院", "health", "health"),
        ("青榆县中医院", "health", "health"),
        ("青榆县第一中学", "education", "education"),
        ("青榆县职业教育中心", "education", "education"),
        ("青榆县实验小学", "education", "education"),
    ),
    more_departments=(),
    named_enterprises=(("青禾种业", "柳集镇"),),
    named_social=("青榆稻米合作联社", "青榆农机服务协会"),
    enterprise_count=14,
)
SHILING = County(
    name="石岭县",
    places=(
        Place("石岭镇", False, ("石岭", "上寨", "下寨")),
        Place("铜坑镇", False, ("铜坑", "冷水坑")),
        Place("青崖镇", False, ("青崖", "崖口")),
        Place("火石镇", False, ("火石", "火石坡")),
        Place("白茅镇", False, ("白茅", "茅坪")),
        Place("黄土坪乡", False, ("黄土坪", "坪上")),
        Place("云盘乡", False, ("云盘", "盘石", "双岔")),
        Place("野茶乡", False, ("野茶", "茶坪", "石门坎")),
    ),
    villages_each=11,
    communities_each=0,
    land="hill",
    affiliated=(
        ("石岭供水公司", "enterprise", "state_capital"),
        ("石岭国有林场", "enterprise", "state_capital"),
        ("石岭客运公司", "enterprise", "state_capital"),
        ("石岭县人民医院", "health", "health"),
        ("石岭县中医院", "health", "health"),
        ("石岭县第一中学", "education", "education"),
        ("石岭县民族中学", "education", "education"),
        ("石岭县实验小学", "education", "education"),
    ),
    more_departments=(("industry", "工业和信息化局"), ("emergency", "应急管理局")),
    named_enterprises=(("石岭矿业", "铜坑镇"),),
    named_social=("石岭茶业协会", "石岭货运协会"),
    enterprise_count=12,
)
COUNTIES = (WANGLAN, QINGYU, SHILING)

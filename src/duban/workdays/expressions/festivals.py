"""The festivals that deadlines are tied to, with the days they fall on."""

from datetime import date

# Spring, Dragon Boat and Mid-Autumn Festival follow the moon: month and day for each year from 2004 (almanac).
FIRST_YEAR = 2004
_LUNAR_TEXT = {
    "春节": """
        0122 0209 0129 0218 0207 0126 0214 0203 0123 0210 0131 0219 0208 0128 0216 0205
        0125 0212 0201 0122 0210 0129 0217 0206 0126 0213 0203 0123 0211 0131 0219 0208
        0128 0215 0204 0124 0212 0201 0122 0210 0130 0217 0206 0126 0214 0202 0123
    """,
    "端午": """
        0622 0611 0531 0619 0608 0528 0616 0606 0623 0612 0602 0620 0609 0530 0618 0607
        0625 0614 0603 0622 0610 0531 0619 0609 0528 0616 0605 0624 0612 0601 0620 0610
        0530 0618 0607 0527 0614 0603 0622 0611 0531 0619 0608 0529 0615 0604 0623
    """,
    "中秋": """
        0928 0918 1006 0925 0914 1003 0922 0912 0930 0919 0908 0927 0915 1004 0924 0913
        1001 0921 0910 0929 0917 1006 0925 0915 1003 0922 0912 1001 0919 0908 0927 0916
        1004 0924 0913 1002 0920 0910 0928 0917 1005 0925 0915 1004 0922 0911 0930
    """,
}
_LUNAR = {festival: text.split() for festival, text in _LUNAR_TEXT.items()}
_FIXED = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "劳动节": (5, 1),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
}
FESTIVALS = {
    "春节": "春节", "元旦": "元旦", "清明": "清明", "清明节": "清明", "端午": "端午", "端午节": "端午", "中秋": "中秋",
    "中秋节": "中秋", "国庆": "国庆", "国庆节": "国庆", "十一": "国庆", "“十一”": "国庆", "劳动节": "劳动节",
    "五一": "劳动节", "“五一”": "劳动节", "五一劳动节": "劳动节", "“五一”劳动节": "劳动节", "国际劳动节": "劳动节",
    "妇女节": "妇女节", "三八": "妇女节", "“三八”": "妇女节", "建党节": "建党节", "七一": "建党节", "“七一”": "建党节",
    "建军节": "建军节", "八一": "建军节", "教师节": "教师节",
}  # fmt: skip


def festival_day(name: str, year: int) -> date:
    """The day a festival (a key of FESTIVALS) falls on. Raises ValueError outside 2004 to 2050."""
    festival = FESTIVALS[name]
    if festival == "清明":
        # Solar term of the twenty-first century; 2000 and 2100 are not shifted by their leap day.
        short = year % 100
        return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)
    if festival in _FIXED:
        return date(year, *_FIXED[festival])
    if not FIRST_YEAR <= year < FIRST_YEAR + len(_LUNAR[festival]):
        raise ValueError("no moon table for this year")
    text = _LUNAR[festival][year - FIRST_YEAR]
    return date(year, int(text[:2]), int(text[2:]))

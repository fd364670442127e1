"""Numbers as they are written in Chinese papers: 12, １２, 十二, 二〇二六, 两, 廿五."""

DIGITS = {
    "〇": 0, "○": 0, "Ｏ": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4,
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "元": 1,
}  # fmt: skip
TENS = {"十": 10, "百": 100, "廿": 20, "卅": 30}
NUMERAL = "0-9〇○零一二两三四五六七八九十百廿卅"

# One character for one, so that positions in the widened text are positions in the original.
_WIDE = {chr(0xFF10 + digit): str(digit) for digit in range(10)}
_DASHES = dict.fromkeys("－—–―～〜~−", "-")
PLAIN = str.maketrans(
    {
        **_WIDE,
        **_DASHES,
        "．": ".",
        "／": "/",
        "：": ":",
        "　": " ",
        "（": "(",
        "）": ")",
        "Ｑ": "Q",
        "Ｘ": "x",
    }
)


def plain(text: str) -> str:
    """The text with full-width digits and every kind of dash made plain; same length as `text`."""
    return text.translate(PLAIN)


def number(text: str) -> int | None:
    """The value of a number in figures, in Chinese digits or in Chinese counting; None if it is none of them.

    >>> [number(t) for t in ("12", "十二", "二〇二六", "二十", "廿五", "两", "一百二十")]
    [12, 12, 2026, 20, 25, 2, 120]
    """
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    if all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    total, digit = 0, None
    for character in text:
        if character in DIGITS:
            if digit is not None:
                return None
            digit = DIGITS[character]
        elif character in ("廿", "卅"):
            if digit is not None or total % 100:
                return None
            total += TENS[character]
        elif character in TENS:
            total += (1 if digit is None else digit) * TENS[character]
            digit = None
        else:
            return None
    return total + (digit or 0)

"""Telephone numbers as people type them."""

import re

SHORTEST, LONGEST = 7, 15


def telephone_of(text: str) -> str:
    """Return the digits of a telephone number without spaces, strokes and 86 in front; empty if it is none."""
    digits = re.sub(r"[\s\-－()（）.]", "", text)
    digits = re.sub(r"^(?:\+|00)86", "", digits).removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST else ""

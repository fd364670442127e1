"""Texts for a group chat: units line by line, as many as one message takes."""

from django.utils.translation import ngettext

# So many units stand in a text for the group chat.
MOST_UNITS = 20
# What the strictest of the group chats takes as one message of text.
MOST_BYTES = 2048


def fitted(*, head: list[str], lines: list[str], foot: list[str], count: int, most_bytes: int) -> str:
    """Return a text of at most so many bytes: as many of the lines as fit, then how many of `count` are left out."""
    lines = list(lines)
    while True:
        others = count - len(lines)
        rest = [ngettext("and %(count)d other unit", "and %(count)d other units", others) % {"count": others}]
        text = "\n".join([*head, *lines, *(rest if others else []), *foot])
        if not lines or len(text.encode()) <= most_bytes:
            return text
        lines.pop()

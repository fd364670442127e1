"""What the register and the figures know already, so that nobody asks for it again; installed once, at start."""

from collections.abc import Sequence
from dataclasses import dataclass

from duban.kernel.words import plain


@dataclass(frozen=True, slots=True)
class Known:
    """
    Something that is known, the page where it stands, and the words by which people ask for it.

    `asks` are alternatives; one matches a text that contains all of its words. `source` names the table of figures or
    the column of the register.
    """

    source: str
    label: object
    address: str
    asks: tuple[tuple[str, ...], ...]

    def is_asked_by(self, text: str) -> bool:
        """Return whether the text asks for this."""
        words = plain(text)
        return any(all(word in words for word in ask) for ask in self.asks)


_known: Sequence[Known] | None = None


def install(known: Sequence[Known]) -> None:
    """Set the table of what is known, once, at start."""
    global _known
    if _known is not None:
        raise RuntimeError("the table of what is known is installed already")
    _known = known


def asked_for(text: str) -> list[Known]:
    """Return what is known of that for which a text asks."""
    if _known is None:
        raise RuntimeError("no table of what is known is installed")
    return [one for one in _known if one.is_asked_by(text)]

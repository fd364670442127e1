"""Measures of a page. GB/T 9704-2012: A4, 22 lines of 28 characters of 3号 (16 pt) in an area of 156 × 225 mm."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """Measures of one way to lay out official papers; millimetres for the page, points for text."""

    name: str
    top: float
    bottom: float
    left: float
    right: float
    # 3号, and what stands smaller: 4号.
    size: float = 16
    small: float = 14
    # 2号: the title.
    title_size: float = 22
    # Line to line. 22 lines fill the area; the standard names no value.
    pitch: float = 28.95
    # 28 characters of 16 pt are wider than 156 mm by 5.8 pt: each is set closer by this much.
    closer: float = 0.25
    lines: int = 22
    characters: int = 28

    @property
    def width(self) -> float:
        """Width of the text area in millimetres, on A4."""
        return 210 - self.left - self.right

    @property
    def height(self) -> float:
        """Height of the text area in millimetres, on A4."""
        return 297 - self.top - self.bottom


STANDARD = Profile(name="standard", top=37, bottom=35, left=28, right=26)
# For offices whose printers push the text down: the area keeps its size.
COMPENSATED = Profile(name="compensated", top=34.6, bottom=37.4, left=28, right=26)
PROFILES = {profile.name: profile for profile in (STANDARD, COMPENSATED)}

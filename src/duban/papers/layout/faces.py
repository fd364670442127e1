"""
Typefaces of official papers: which ones GB/T 9704 names, which of them this machine has, and what stands in for them.

The faces that offices use are sold; none is shipped. Whoever has them lays them into the fonts folder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """One class of type: how offices call it, its names in font files, and what may stand in for it, best first."""

    wanted: str
    names: Sequence[str]
    stand_ins: Sequence[str]
    # A heavier cut of a stand-in, where the wanted face is heavy itself.
    weight: int = 400


TITLE = Face(
    "方正小标宋简体",
    ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"),
    ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif CJK JP"),
    weight=900,
)
BODY = Face(
    "仿宋_GB2312",
    ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong"),
    ("FandolFang R", "FandolFang", "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif CJK JP"),
)
BOLD = Face(
    "黑体",
    ("黑体", "SimHei", "STHeiti"),
    ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "Noto Sans CJK JP"),
)
KAI = Face(
    "楷体_GB2312",
    ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti"),
    ("LXGW WenKai", "FandolKai", "AR PL UKai CN", "Noto Serif CJK SC", "Noto Sans CJK SC"),
)
SONG = Face(
    "宋体",
    ("宋体", "SimSun", "STSong"),
    ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC"),
)
FACES = {"title": TITLE, "body": BODY, "bold": BOLD, "kai": KAI, "song": SONG}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The face that is used for one class; `is_wanted` says whether it is the one the standard means."""

    wanted: str
    family: str
    weight: int
    is_wanted: bool


def choose(*, installed: Collection[str]) -> dict[str, Chosen]:
    """Return for each class of type the face to use among those installed; an empty family where there is none."""
    found = {}
    for name, face in FACES.items():
        own = next((family for family in face.names if family in installed), None)
        stand_in = next((family for family in face.stand_ins if family in installed), "")
        if own is not None:
            found[name] = Chosen(face.wanted, own, 400, is_wanted=True)
        else:
            found[name] = Chosen(face.wanted, stand_in, face.weight, is_wanted=False)
    return found


def replaced(*, chosen: dict[str, Chosen]) -> list[tuple[str, str]]:
    """Return each wanted face that something else stands in for, with that; nothing where all are there."""
    return [(one.wanted, one.family) for one in chosen.values() if not one.is_wanted]

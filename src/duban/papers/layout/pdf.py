"""A paper as PDF, set by Typst: from our own template and the paper's words as data."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import typst

from duban.papers.layout import faces
from duban.papers.layout.content import Content, as_data, chinese_day
from duban.papers.layout.profiles import STANDARD, Profile

TEMPLATE = Path(__file__).with_name("paper.typ")


@lru_cache(maxsize=4)
def _fonts(folders: tuple[str, ...]) -> typst.Fonts:
    # Reading every font of a machine takes half a second, once in a process.
    return typst.Fonts(include_system_fonts=True, font_paths=list(folders))


def installed_faces(*, folders: Sequence[Path] = ()) -> frozenset[str]:
    """Return the families that can be used: those of the system and those in the folders."""
    return frozenset(_fonts(_there(folders)).families())


def chosen_faces(*, folders: Sequence[Path] = ()) -> dict[str, faces.Chosen]:
    """Return which face stands for each class of type on this machine."""
    return faces.choose(installed=installed_faces(folders=folders))


def pdf_of(*, content: Content, profile: Profile = STANDARD, folders: Sequence[Path] = ()) -> bytes:
    """
    Return the paper as PDF; the same words give the same bytes.

    :param folders: where further fonts lie
    """
    given = {
        "profile": asdict(profile),
        "faces": {name: asdict(face) for name, face in chosen_faces(folders=folders).items()},
        "paper": as_data(content) | {"day": chinese_day(content.issued_on)},
    }
    made = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format="pdf",
        font_paths=_fonts(_there(folders)),
        sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def _there(folders: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(folder) for folder in folders if folder.is_dir())

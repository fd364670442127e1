"""Charts: one Vega-Lite specification, drawn as SVG on the server for page, print and Word alike."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import vl_convert
from django.utils.safestring import SafeString, mark_safe

# From what is finished to what has not begun; the overdue are a number beside the bar, because they lie inside it.
COLOURS = {"done": "#1c6b39", "asked": "#5b8db8", "in_hand": "#e3c878", "to_sign": "#c9d3dc"}
RED = "#b01e1e"
# Beyond it a name is cut.
LABEL_PIXELS = 200
_STYLE = re.compile(r'\sstyle="[^"]*"')
# A layer without marks would be read out as a picture without a name.
_EMPTY = re.compile(r'<g [^>]*role="graphics-symbol"[^>]*/>')


@dataclass(frozen=True, slots=True)
class Bar:
    """One unit's items by state; `href` leads to its own table."""

    label: str
    href: str
    done: int
    asked: int
    in_hand: int
    to_sign: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of the states in the reader's language."""

    done: str
    asked: str
    in_hand: str
    to_sign: str
    overdue: str


def unit_bars(*, rows: Sequence[Bar], labels: Labels) -> SafeString:
    """Return stacked bars, one per unit in the order given, as SVG without style attributes or script."""
    words = {name: getattr(labels, name) for name in COLOURS}
    values = [
        {
            "row": number,
            "state": words[name],
            "place": place,
            "items": getattr(bar, name),
            "said": f"{bar.label} {words[name]} {getattr(bar, name)}",
        }
        | ({"href": bar.href} if bar.href else {})
        for number, bar in enumerate(rows)
        for place, name in enumerate(COLOURS)
        if getattr(bar, name)
    ]
    late = [
        {
            "row": number,
            "items": bar.done + bar.asked + bar.in_hand + bar.to_sign,
            "late": f"{labels.overdue} {bar.overdue}",
            "said": f"{bar.label} {labels.overdue} {bar.overdue}",
        }
        for number, bar in enumerate(rows)
        if bar.overdue
    ]
    names = [bar.label for bar in rows]
    given = {"values": values, "late": late, "names": names, "words": list(words.values())}
    return _drawn(json.dumps(given, ensure_ascii=False))


@lru_cache(maxsize=64)
def _drawn(data: str) -> SafeString:
    given = json.loads(data)
    numbers = list(range(len(given["names"])))
    # Two units may have the same name, so a bar belongs to its row.
    rows = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": numbers},
        "axis": {"labelExpr": "names[datum.value]", "labelLimit": LABEL_PIXELS, "domain": False, "ticks": False},
    }
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 640,
        "height": {"step": 24},
        "params": [{"name": "names", "value": given["names"]}],
        "layer": [
            {
                "data": {"values": given["values"]},
                "mark": {"type": "bar", "height": 15},
                "encoding": {
                    "y": rows,
                    "x": {
                        "field": "items",
                        "type": "quantitative",
                        "title": None,
                        "axis": {"tickMinStep": 1, "format": "d"},
                    },
                    "color": {
                        "field": "state",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": given["words"], "range": list(COLOURS.values())},
                        "legend": {"orient": "top", "symbolType": "square"},
                    },
                    "order": {"field": "place"},
                    "description": {"field": "said", "type": "nominal"},
                    "href": {"field": "href", "type": "nominal"},
                },
            },
            {
                "data": {"values": given["late"]},
                "mark": {"type": "text", "align": "left", "dx": 5, "color": RED, "fontSize": 12},
                "encoding": {
                    "y": rows,
                    "x": {"field": "items", "type": "quantitative"},
                    "text": {"field": "late", "type": "nominal"},
                    "description": {"field": "said", "type": "nominal"},
                },
            },
        ],
        "config": {
            "font": "Noto Sans CJK SC, Microsoft YaHei, sans-serif",
            "view": {"stroke": None},
            # Each bar says its unit, state and number; axes and legend would be read out in English.
            "axis": {"labelFontSize": 13, "gridColor": "#e8ecf0", "aria": False},
            "legend": {"labelFontSize": 13, "aria": False},
        },
    }
    svg = vl_convert.vegalite_to_svg(json.dumps(specification, ensure_ascii=False))
    # The page's policy forbids style attributes; what they say here is said by the attributes beside them.
    return mark_safe(_EMPTY.sub("", _STYLE.sub("", svg)))  # noqa: S308 - drawn by us from numbers and escaped names

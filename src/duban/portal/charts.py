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
# Of a unit's weeks: the marks, and the band behind weeks without a record.
WEEK_COLOURS = {"recorded": "#5b8db8", "made_up": "#c98a1b", "gap": "#e6e1d6"}
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
class WeekBar:
    """What one unit recorded in one week, and how much of it on the one day that made up for a gap."""

    number: int
    entries: int
    made_up: int
    is_gap: bool


@dataclass(frozen=True, slots=True)
class WeekLabels:
    """The words of the weeks in the reader's language."""

    week: str
    recorded: str
    made_up: str
    gap: str


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


def week_bars(*, rows: Sequence[WeekBar], labels: WeekLabels) -> SafeString:
    """Return one bar per week in their order, with a band behind the weeks of a gap, as SVG like the others."""
    gaps = [
        {"week": bar.number, "state": labels.gap, "said": f"{labels.week} {bar.number} {labels.gap}"}
        for bar in rows
        if bar.is_gap
    ]
    values = [
        {
            "week": bar.number,
            "state": word,
            "entries": entries,
            "place": place,
            "said": f"{labels.week} {bar.number} {word} {entries}",
        }
        for bar in rows
        for place, (word, entries) in enumerate(
            ((labels.made_up, bar.made_up), (labels.recorded, bar.entries - bar.made_up))
        )
        if entries
    ]
    given = {
        "gaps": gaps,
        "values": values,
        "weeks": [bar.number for bar in rows],
        "week": labels.week,
        "words": [labels.recorded, labels.made_up, labels.gap],
    }
    return _drawn_weeks(json.dumps(given, ensure_ascii=False))


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
    }
    return _svg(specification)


@lru_cache(maxsize=64)
def _drawn_weeks(data: str) -> SafeString:
    given = json.loads(data)
    state = {
        "field": "state",
        "type": "nominal",
        "title": None,
        "scale": {"domain": given["words"], "range": list(WEEK_COLOURS.values())},
        "legend": {"orient": "top", "symbolType": "square"},
    }
    weeks = {
        "field": "week",
        "type": "ordinal",
        "title": given["week"],
        "scale": {"domain": given["weeks"]},
        "axis": {"labelAngle": 0, "labelOverlap": True, "ticks": False},
    }
    said = {"field": "said", "type": "nominal"}
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 640,
        "height": 150,
        "layer": [
            {
                # Over the whole height, so that a gap is seen although its bars have none.
                "data": {"values": given["gaps"]},
                "mark": {"type": "rect"},
                "encoding": {"x": weeks, "color": state, "description": said},
            },
            {
                "data": {"values": given["values"]},
                "mark": {"type": "bar", "width": {"band": 0.7}},
                "encoding": {
                    "x": weeks,
                    "y": {
                        "field": "entries",
                        "type": "quantitative",
                        "title": None,
                        "axis": {"tickMinStep": 1, "format": "d"},
                    },
                    "color": state,
                    "order": {"field": "place"},
                    "description": said,
                },
            },
        ],
    }
    return _svg(specification)


def _svg(specification: dict[str, object]) -> SafeString:
    """Return the drawing of a specification, in our font and without style attributes."""
    whole = specification | {
        "config": {
            "font": "Noto Sans CJK SC, Microsoft YaHei, sans-serif",
            "view": {"stroke": None},
            # Each mark says whose it is, its state and number; axes and legend would be read out in English.
            "axis": {
                "labelFontSize": 13,
                "titleFontSize": 13,
                "titleFontWeight": "normal",
                "gridColor": "#e8ecf0",
                "aria": False,
            },
            "legend": {"labelFontSize": 13, "aria": False},
        }
    }
    svg = vl_convert.vegalite_to_svg(json.dumps(whole, ensure_ascii=False))
    # The page's policy forbids style attributes; what they say here is said by the attributes beside them.
    return mark_safe(_EMPTY.sub("", _STYLE.sub("", svg)))  # noqa: S308 - drawn by us from numbers and escaped names

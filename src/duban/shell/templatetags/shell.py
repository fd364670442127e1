"""Small words for templates."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlencode

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def form_tokens(context: template.Context) -> SafeString:
    """Return the hidden fields of every posting form: its protection token and the id that makes it act once."""
    request = context["request"]
    # Masked once for the page, not again for each of its forms: a page tells one token, in whichever disguise.
    if (field := getattr(request, "token_field", None)) is None:
        field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        request.token_field = field
    return mark_safe(f'{field}<input type="hidden" name="request_id" value="{uuid.uuid4()}">')  # noqa: S308


@register.simple_tag
def options(choices: Iterable[tuple[object, str]], chosen: object = None) -> SafeString:
    """Return the options of a list to choose from: (value, word) each; `chosen` is one value or several."""
    several = chosen if isinstance(chosen, list | tuple | set | frozenset) else (chosen,)
    return mark_safe(  # noqa: S308 - value and word are escaped
        "".join(
            f'<option value="{conditional_escape(str(value))}"{" selected" if value in several else ""}>'
            f"{conditional_escape(word)}</option>"
            for value, word in choices
        )
    )


@register.simple_tag
def badge(tone: str, word: str) -> SafeString:
    """Return a status: its tone gives the colour, and it is always said in words."""
    return mark_safe(f'<span class="status status-{conditional_escape(tone)}">{conditional_escape(word)}</span>')  # noqa: S308


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: object) -> str:
    """Return this page's query string with the changes; an empty value removes its key."""
    request: HttpRequest = context["request"]
    query = {key: values for key, values in request.GET.lists() if key != "after" and key not in changes}
    query |= {key: [str(value)] for key, value in changes.items() if value not in (None, "")}
    return "?" + urlencode(query, doseq=True)


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a date as people write it: 11月28日, with the year when it is not this one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    this_year = value.year == timezone.localdate().year
    if get_language() == "en":
        return value.strftime("%-d %b") if this_year else value.strftime("%-d %b %Y")
    return f"{value.month}月{value.day}日" if this_year else f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment to the minute, in local time."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.simple_tag
def colon() -> str:
    """Return the colon between a word and what it names, as wide as the script of the page asks."""
    return ": " if get_language() == "en" else "："


@register.filter
def percent(value: float | None) -> str:
    """Return a share between 0 and 1 as a percentage, or a dash when there is nothing to divide by."""
    return "—" if value is None else f"{value * 100:.0f}%"


@register.filter
def up_to_thousand(value: int) -> str:
    """Return a count that was cut at 1,001 as a word that says so."""
    return "1000+" if value > 1000 else str(value)


@register.filter
def unlocalised(value: float) -> str:
    """Return a number as HTML attributes need it, with a point in every language."""
    return f"{value:.4f}"


@register.filter
def control(field: BoundField) -> SafeString:
    """Return the widget of a form field with its class, tied to its sentence of error."""
    widget = field.field.widget
    attributes: dict[str, str | bool] = {}
    if isinstance(widget, Select):
        attributes["class"] = "form-select"
    elif not isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        attributes["class"] = "form-control"
    return field.as_widget(attrs=attributes)

"""The small words that templates use."""

from datetime import UTC, date, datetime

import pytest
from django import forms, template
from django.test import Client, RequestFactory
from django.utils import translation

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell import notices
from duban.shell.refused import beside
from duban.shell.templatetags import shell


class Form(forms.Form):
    name = forms.CharField(help_text="as in the register")
    kind = forms.ChoiceField(choices=[("a", "A")])


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (date(2019, 6, 5), "2019年6月5日", "5 Jun 2019"),
        (datetime(2019, 6, 5, 17, 0, tzinfo=UTC), "2019年6月6日", "6 Jun 2019"),
        (None, "", ""),
    ],
)
def test_a_day_is_written_as_people_write_it(value: date | None, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert shell.day(value) == chinese
    with translation.override("en"):
        assert shell.day(value) == english


def test_shares_and_counts_that_were_cut_say_so() -> None:
    assert shell.percent(None) == "—"
    assert shell.percent(0.545) == "55%"
    assert shell.up_to_thousand(1000) == "1000"
    assert shell.up_to_thousand(1001) == "1000+"


def test_an_address_keeps_the_filters_and_forgets_the_page() -> None:
    context = template.Context({"request": RequestFactory().get("/?status=done&after=xyz&unit=1&unit=2")})
    assert shell.address_with(context, status="") == "?unit=1&unit=2"
    assert shell.address_with(context, after="abc") == "?status=done&unit=1&unit=2&after=abc"


def test_a_field_is_tied_to_its_help_and_to_its_fault() -> None:
    form = Form({"name": ""})
    assert not form.is_valid()
    html = shell.control(form["name"])
    assert 'class="form-control"' in html
    assert 'aria-invalid="true"' in html
    assert "id_name_error" in html
    assert 'class="form-select"' in shell.control(form["kind"])


def test_a_refusal_stands_beside_the_field_it_names_or_above_the_form() -> None:
    form = Form({"name": "x", "kind": "a"})
    beside(form, InvalidInput("wrong", fields={"name": "no such name", "elsewhere": "lost"}))
    assert form.errors == {"name": ["no such name"]}
    form = Form({"name": "x", "kind": "a"})
    beside(form, NotAllowed("not yours"))
    assert form.non_field_errors() == ["not yours"]


@pytest.mark.django_db
def test_a_notice_is_heard_once(client: Client) -> None:
    request = RequestFactory().get("/")
    request.session = client.session
    notices.say(request, "granted")
    assert notices.heard(request) == [{"sentence": "granted", "tone": "done"}]
    assert notices.heard(request) == []

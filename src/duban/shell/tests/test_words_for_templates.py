"""The small words that templates use."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms, template
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, clear_script_prefix, reverse, set_script_prefix
from django.utils import translation

from duban.kernel.errors import InvalidInput, NotAllowed
from duban.shell import notices
from duban.shell.addresses import address
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


def test_an_address_with_numbers_is_that_of_the_framework() -> None:
    for name, numbers in (("portal:owed", ()), ("tasks:task", (70,)), ("tasks:evidence-file", (8, 30))):
        assert address(name, *numbers) == reverse(name, args=numbers)
        tag = f"{{% url '{name}' {' '.join(str(number) for number in numbers)} %}}"
        assert template.Template(tag).render(template.Context()) == reverse(name, args=numbers)
    with pytest.raises(NoReverseMatch):
        address("tasks:task")
    named = template.Context({"kind": "excel", "step": "sign", "pk": "7"})
    assert template.Template("{% url 'portal:owed-file' kind %}").render(named) == "/owed/excel/"
    assert (
        template.Template("{% url 'tasks:step' pk step as here %}[{{ here }}]").render(named)
        == "[/tasks/7/steps/sign/]"
    )


def test_an_address_is_that_of_the_place_where_the_program_stands() -> None:
    assert address("tasks:task", 1) == "/tasks/1/"
    set_script_prefix("/duban/")
    try:
        assert address("tasks:task", 1) == "/duban/tasks/1/"
    finally:
        clear_script_prefix()
    assert address("tasks:task", 1) == "/tasks/1/"


def test_words_written_at_once_are_escaped() -> None:
    html = shell.options([("a", "A & B"), ('"', "<b>"), (3, "three")], ['"'])
    assert html == (
        '<option value="a">A &amp; B</option><option value="&quot;" selected>&lt;b&gt;</option>'
        '<option value="3">three</option>'
    )
    assert (
        shell.options([("", "all"), ("a", "A")], "")
        == '<option value="" selected>all</option><option value="a">A</option>'
    )
    assert shell.badge("near", "<soon>") == '<span class="status status-near">&lt;soon&gt;</span>'


def test_each_form_of_a_page_has_a_number_of_its_own_and_the_page_one_token() -> None:
    context = template.Context({"request": RequestFactory().get("/")})
    first, second = shell.form_tokens(context), shell.form_tokens(context)
    token, number = re.findall(r'value="([^"]+)"', first)
    assert re.findall(r'value="([^"]+)"', second)[0] == token
    assert number not in second


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

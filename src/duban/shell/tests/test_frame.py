"""The frame of every page: its policy, its languages, what it says when something is refused."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails
from pytest_django import DjangoAssertNumQueries

from duban.config import factories
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, Refused, Stale, TooManyAttempts
from duban.shell import http
from duban.shell.middleware import SECURITY_POLICY

pytestmark = pytest.mark.django_db

REFUSALS: list[tuple[Refused, int]] = [
    (NotFound("gone"), 404),
    (NotAllowed("closed"), 403),
    (IllegalStep("moved on"), 409),
    (Stale("changed"), 409),
    (InvalidInput("wrong"), 422),
    (TooManyAttempts("slowly", retry_after=7), 429),
]


def a_request(*, is_htmx: bool = False) -> HttpRequest:
    request = RequestFactory().get("/somewhere/", headers={"HX-Request": "true"} if is_htmx else {})
    vars(request).update(id="0123456789abcdef", htmx=HtmxDetails(request), session={})
    return request


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/nowhere/", "/healthz/", "/readyz/", "/campaigns/", "/static/shell/shell.css", "/api/no"]
)
def test_every_answer_carries_the_security_policy_and_its_number(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["Content-Security-Policy"] == SECURITY_POLICY
    assert len(answer["X-Request-Id"]) == 32
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_the_policy_permits_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in SECURITY_POLICY
    assert "default-src 'none'" in SECURITY_POLICY
    assert "frame-ancestors 'none'" in SECURITY_POLICY


def test_pages_have_neither_inline_style_nor_inline_script(client: Client, tree: factories.Tree) -> None:
    client.force_login(factories.make_person_with_account(unit=tree.city, role="security_admin").user)
    for address in ("/access/", "/access/new/", "/campaigns/", "/password/"):
        text = client.get(address).content.decode()
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text


def test_speaks_chinese_unless_english_was_chosen(client: Client) -> None:
    assert '<html lang="zh-CN">' in client.get("/sign-in/").content.decode()
    chosen = client.post("/language/", {"language": "en", "next": "/sign-in/?next=/x"})
    assert chosen["Location"] == "/sign-in/?next=/x"
    page = client.get("/sign-in/").content.decode()
    assert '<html lang="en">' in page
    assert "Sign in" in page
    client.post("/language/", {"language": "zh-hans"})
    assert "登录" in client.get("/sign-in/").content.decode()


def test_a_choice_of_language_leads_nowhere_else(client: Client) -> None:
    assert client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert client.post("/language/", {"language": "en", "next": "//elsewhere.example/"})["Location"] == "/"
    assert client.post("/language/", {"language": "fr"}).cookies.get("language") is None


def test_says_that_it_lives_and_that_the_database_answers(client: Client) -> None:
    assert json.loads(client.get("/healthz/").content) == {"status": "ok"}
    assert client.get("/readyz/").status_code == 200


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_refusal_becomes_a_page_with_its_sentence_and_number(refusal: Refused, status: int, language: str) -> None:
    with translation.override(language):
        answer = http.refusal_page(a_request(), refusal)
        heading = str(http.HEADINGS[status])
    text = answer.content.decode()
    assert answer.status_code == status
    assert str(refusal) in text
    assert heading in text
    assert "0123456789abcdef" in text


def test_a_refusal_for_htmx_is_its_bare_sentence_in_the_place_for_notices() -> None:
    answer = http.refusal_page(a_request(is_htmx=True), IllegalStep("moved on"))
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()
    assert "moved on" in answer.content.decode()


def test_a_wait_tells_its_seconds() -> None:
    assert http.refusal_page(a_request(), TooManyAttempts("slowly", retry_after=7))["Retry-After"] == "7"


def test_a_stale_form_shows_both_texts() -> None:
    page = http.refusal_page(a_request(), Stale("changed", yours="my words", theirs="their words")).content.decode()
    assert "my words" in page
    assert "their words" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("page", "status"), [(http.server_error, 500), (http.unavailable, 503), (http.bad_request, 400)]
)
def test_faults_have_a_page_that_needs_no_database(
    page: Callable[[HttpRequest], HttpResponse],
    status: int,
    language: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with translation.override(language), django_assert_num_queries(0):
        answer = page(a_request())
    assert answer.status_code == status
    assert "0123456789abcdef" in answer.content.decode()
    assert (answer.get("Retry-After") == "10") == (status == 503)


def test_what_is_too_large_is_said_to_be_so() -> None:
    assert http.bad_request(a_request(), RequestDataTooBig("too big")).status_code == 413


def test_an_unknown_address_is_a_page(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_sentence() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"sign_in_name": "a", "password": "b"})
    assert answer.status_code == 403
    assert "页面打开时间过长" in answer.content.decode()


def test_the_trial_says_that_all_is_invented(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "演示数据，地名、单位、人名均为虚构"
    assert sentence not in client.get("/sign-in/").content.decode()
    monkeypatch.setattr(settings, "IS_TRIAL", True)
    assert sentence in client.get("/sign-in/").content.decode()


def test_the_frame_names_campaign_day_and_post(client: Client, tree: factories.Tree) -> None:
    account = factories.make_person_with_account(unit=tree.city, role="office_clerk", name="章小楷")
    campaign = factories.make_campaign(root=tree.city)
    client.force_login(account.user)
    page = client.get("/campaigns/").content.decode()
    assert campaign.name in page
    assert "今天" in page
    assert "章小楷" in page
    assert tree.city.name in page
    assert "当前身份" in page


def test_a_fragment_for_somebody_signed_out_leads_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get("/campaigns/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/sign-in/"


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client: Client) -> None:
    assert client.get("/campaigns/?a=1&b=2")["Location"] == "/sign-in/?next=%2Fcampaigns%2F%3Fa%3D1%26b%3D2"
    assert client.post("/campaigns/1/choose/")["Location"] == "/sign-in/"

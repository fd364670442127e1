"""The same calls over REST."""

import json
from typing import Any

import pytest
from django.test import Client

from duban.config.factories import make_person_with_account
from duban.directives.models import Document
from duban.directives.tests.material import SPEECH, Office, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.force_login(office.account.user)
    return client


def send(client: Client, method: str, address: str, body: object | None = None) -> tuple[int, Any]:
    response = client.generic(
        method,
        f"/api{address}",
        json.dumps(body if body is not None else {}) if method != "GET" else "",
        content_type="application/json",
    )
    return response.status_code, json.loads(response.content or b"null")


def taken_in(client: Client, office: Office, text: str = SPEECH) -> dict[str, Any]:
    status, document = send(
        client,
        "POST",
        "/documents",
        {"campaign_id": office.campaign.pk, "unit_id": office.tree.city.pk, "text": text},
    )
    assert status == 201, document
    assert isinstance(document, dict)
    return document


def test_a_speech_is_taken_in_read_and_decided(clerk: Client, office: Office) -> None:
    document = taken_in(clerk, office)
    address = f"/documents/{document['id']}"

    status, page = send(clerk, "GET", address)
    assert status == 200
    assert page["raw_text"] == SPEECH
    assert {node["title"] for node in page["nodes"]} >= {"前期工作开局良好", "下一步重点任务"}
    for requirement in page["requirements"]:
        assert SPEECH[requirement["start"] : requirement["end"]] == requirement["sentence"]
    first = next(row for row in page["requirements"] if "老旧管网" in row["sentence"])

    status, decided = send(clerk, "POST", f"{address}/requirements/{first['id']}/take")
    assert (status, decided["status"]) == (200, "to_assign")
    assert send(clerk, "POST", f"{address}/requirements/{first['id']}/take")[0] == 409
    assert send(clerk, "POST", f"{address}/take-all")[1]["number"] > 0
    assert send(clerk, "POST", f"{address}/set-aside-rest")[1]["number"] > 0
    assert send(clerk, "GET", address)[1]["coverage"]["decided"] == 1


def test_the_list_is_paged_by_key(clerk: Client, office: Office) -> None:
    for number in range(3):
        taken_in(clerk, office, SPEECH.replace("节水", f"第{number}次节水"))

    status, first = send(clerk, "GET", f"/documents?campaign_id={office.campaign.pk}&size=2")
    _status, second = send(clerk, "GET", f"/documents?campaign_id={office.campaign.pk}&size=2&after={first['after']}")

    assert status == 200
    assert [len(first["rows"]), len(second["rows"])] == [2, 1]
    assert second["after"] == ""


@pytest.mark.parametrize("text", ["", "\0\0", "要" * 200_001], ids=["empty", "binary", "too long"])
def test_what_is_no_speech_is_refused_in_one_sentence(clerk: Client, office: Office, text: str) -> None:
    status, answer = send(
        clerk,
        "POST",
        "/documents",
        {"campaign_id": office.campaign.pk, "unit_id": office.tree.city.pk, "text": text},
    )

    assert status == 422
    assert answer["message"]
    assert not Document.objects.exists()


def test_a_correction_of_an_old_version_is_a_conflict(clerk: Client, office: Office) -> None:
    document = taken_in(clerk, office)
    requirement = send(clerk, "GET", f"/documents/{document['id']}")[1]["requirements"][0]
    address = f"/documents/{document['id']}/requirements/{requirement['id']}"

    assert send(clerk, "PATCH", address, {"version": 1, "deadline": "6月底前"})[1]["due"]["end"] == "2026-06-30"
    assert send(clerk, "PATCH", address, {"version": 1, "deadline": "7月底前"})[0] == 409


def test_a_requirement_is_found_only_under_its_own_text(clerk: Client, office: Office) -> None:
    first = taken_in(clerk, office)
    other = taken_in(clerk, office, SPEECH.replace("节水", "防汛"))
    requirement = send(clerk, "GET", f"/documents/{first['id']}")[1]["requirements"][0]

    assert send(clerk, "POST", f"/documents/{other['id']}/requirements/{requirement['id']}/take")[0] == 404


def test_facts_confirming_and_adding_work_as_on_the_page(clerk: Client, office: Office) -> None:
    document = taken_in(clerk, office, SPEECH.replace("（2026年3月2日）", "（根据录音整理，未经本人审阅）"))
    address = f"/documents/{document['id']}"
    start = send(clerk, "GET", address)[1]["raw_text"].index("前期各单位")
    end = send(clerk, "GET", address)[1]["raw_text"].index("。", start) + 1

    assert document["status"] == "unconfirmed"
    assert send(clerk, "PUT", address, {"version": 1, "title": "讲话", "dated_on": "2026-03-02"})[1]["version"] == 2
    assert send(clerk, "POST", f"{address}/steps/confirm")[1]["status"] == "confirmed"
    assert send(clerk, "POST", f"{address}/steps/confirm")[0] == 409
    assert send(clerk, "POST", f"{address}/requirements", {"start": start, "end": end})[0] == 201


def test_a_stranger_finds_nothing(office: Office, client: Client) -> None:
    document = office.take_in()
    liaison = make_person_with_account(unit=office.tree.departments[1], role="unit_liaison")
    client.force_login(liaison.user)

    assert send(client, "GET", f"/documents/{document.pk}")[0] == 404
    assert send(client, "POST", f"/documents/{document.pk}/take-all")[0] == 404
    assert send(client, "GET", f"/documents?campaign_id={office.campaign.pk}")[1]["rows"] == []

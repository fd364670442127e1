"""The page of group robots and its REST calls."""

from django.test import Client

from duban.access.states import Reach
from duban.config.factories import Account, Tree, make_person_with_account
from duban.notices.models import Robot, RobotMessage
from duban.notices.tests.conftest import Chat


def client_of(account: Account) -> Client:
    client = Client()
    client.cookies["language"] = "en"
    client.force_login(account.user)
    return client


def test_a_robot_is_entered_tried_switched_and_removed_on_its_page(tree: Tree, chat: Chat) -> None:
    county = tree.counties[0]
    client = client_of(make_person_with_account(unit=county, role="county_office"))
    assert "No robot is entered." in client.get("/notices/robots/").content.decode()
    given = {
        "unit_id": county.pk,
        "kind": "dingtalk",
        "name": "县工作群",
        "address": chat.address("/robot/send?access_token=concealed42"),
        "secret": "SECconcealed",
        "keyword": "督办",
    }
    refused = client.post("/notices/robots/enter/", given | {"address": "https://example.org/robot/send?a=1"})
    assert refused.status_code == 422
    assert "oapi.dingtalk.com" in refused.content.decode()
    assert "县工作群" in refused.content.decode()
    assert client.post("/notices/robots/enter/", given).status_code == 302
    robot = Robot.objects.get()
    page = client.get("/notices/robots/").content.decode()
    assert "…ed42" in page
    assert "concealed" not in page
    assert "Switch on" in page
    assert client.post("/notices/robots/enter/", given).status_code == 422
    for step, is_on in (("try", False), ("on", True), ("off", False)):
        assert client.post(f"/notices/robots/{robot.pk}/{step}/").status_code == 302
        robot.refresh_from_db()
        assert robot.is_on is is_on
    assert RobotMessage.objects.get().kind == "trial"
    assert client.post(f"/notices/robots/{robot.pk}/explode/").status_code == 404
    assert client.post(f"/notices/robots/{robot.pk}/end/").status_code == 302
    assert "县工作群" not in client.get("/notices/robots/").content.decode()


def test_the_page_tells_why_a_robot_went_off(tree: Tree, chat: Chat) -> None:
    county = tree.counties[0]
    client = client_of(make_person_with_account(unit=county, role="office_head"))
    answer = client.post(
        "/api/robots",
        {"unit_id": county.pk, "kind": "wecom", "name": "群", "address": chat.address("/cgi-bin/webhook/send?key=a1")},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert "key=a1" not in answer.content.decode()
    Robot.objects.update(off_because="rejected", answer="93000 invalid webhook url")
    page = client.get("/notices/robots/").content.decode()
    assert "Switched off by itself:" in page
    assert "93000 invalid webhook url" in page
    number = answer.json()["id"]
    assert client.post(f"/api/robots/{number}/on", content_type="application/json").status_code == 204
    assert client.get("/api/robots").json()[0]["is_on"] is True
    assert "Switched off by itself:" not in client.get("/notices/robots/").content.decode()


def test_the_menu_leads_there_only_whoever_keeps_robots(tree: Tree) -> None:
    for role, offered in (("office_head", True), ("office_clerk", False)):
        account = make_person_with_account(unit=tree.counties[0], role=role, reach=Reach.SUBTREE)
        client = client_of(account)
        assert ("/notices/robots/" in client.get("/units/").content.decode()) is offered

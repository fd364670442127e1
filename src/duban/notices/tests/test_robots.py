"""Robots of group chats: off by default, secrets kept, limits held, failures told; and the only way out of the house."""

import base64
import hashlib
import hmac
import json
import socket
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree, actor_with
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound
from duban.notices import commands, enciphering, jobs, outgoing, queries, robots
from duban.notices.models import Robot, RobotMessage
from duban.notices.states import MessageKind, MessageStatus, RobotKind, Trouble
from duban.notices.tests.conftest import Chat

SYSTEM = Actor.system("test")
SHANGHAI = ZoneInfo("Asia/Shanghai")
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=693a91f6-7xxx",
    "dingtalk": "/robot/send?access_token=abcdef0123",
    "lark": "/open-apis/bot/v2/hook/0123-abcd",
}
# Two minutes past: no robot avoids it.
NOON = datetime(2026, 3, 2, 12, 2, tzinfo=SHANGHAI)


@pytest.fixture
def head(tree: Tree) -> Actor:
    return actor_with(unit=tree.counties[0], role="county_office")


def entered(head: Actor, chat: Chat, tree: Tree, kind: str = "wecom", **given: Any) -> Robot:
    return commands.enter_robot(
        actor=head,
        unit_id=tree.counties[0].pk,
        kind=kind,
        name="工作群",
        address=chat.address(PATHS[kind]),
        at=SOME_MOMENT,
        **given,
    )


def told(robot: Robot, text: str = "未签收 3", at: datetime = NOON) -> RobotMessage:
    commands.switch_robot(actor=head_of(robot), robot_id=robot.pk, is_on=True, at=at)
    assert commands.write_counts(actor=SYSTEM, robot_id=robot.pk, day=at.date(), text=text, at=at)
    return RobotMessage.objects.get(robot=robot, day=at.date())


def head_of(robot: Robot) -> Actor:
    return actor_with(unit=robot.unit, role="office_head")


def send(at: datetime) -> int:
    """Send everything that may go at the moment, as the job does, and return how many posts were tried."""
    tried = 0
    while (message := commands.claim_message(actor=SYSTEM, at=at)) is not None:
        trouble, answer = jobs.deliver(message)
        commands.note_outcome(actor=SYSTEM, message_id=message.message_id, trouble=trouble, answer=answer, at=at)
        tried += 1
    return tried


def test_a_robot_is_off_and_its_address_is_shown_nowhere(head: Actor, chat: Chat, tree: Tree) -> None:
    robot = entered(head, chat, tree, "dingtalk", secret="SEChidden123")
    assert not robot.is_on
    kept = Robot.objects.get(pk=robot.pk)
    assert b"access_token" not in bytes(kept.address)
    assert b"hidden" not in bytes(kept.secret)
    assert kept.address_hint == "127.0.0.1 …0123"
    assert "abcdef" not in json.dumps([str(value) for value in AuditEvent.objects.values()])
    assert not commands.write_counts(actor=SYSTEM, robot_id=robot.pk, day=SOME_DAY, text="x", at=NOON)
    assert send(NOON) == 0
    assert enciphering.decipher(bytes(kept.address)) == chat.address(PATHS["dingtalk"])


def test_only_whoever_heads_the_office_keeps_robots_and_only_of_the_own_part(
    head: Actor, chat: Chat, tree: Tree
) -> None:
    robot = entered(head, chat, tree)
    sibling = actor_with(unit=tree.counties[1], role="county_office")
    clerk = actor_with(unit=tree.counties[0], role="office_clerk")
    system_admin = actor_with(unit=tree.city, role="system_admin")
    for actor in (clerk, system_admin):
        with pytest.raises((NotAllowed, NotFound)):
            entered(actor, chat, tree)
        with pytest.raises(NotAllowed):
            queries.robots(actor=actor)
    assert queries.robots(actor=sibling).robots == []
    assert [line.robot for line in queries.robots(actor=head).robots] == [robot]
    for act in (commands.try_robot, commands.end_robot):
        with pytest.raises(NotFound):
            act(actor=sibling, robot_id=robot.pk, at=NOON)
    with pytest.raises(NotFound):
        commands.switch_robot(actor=sibling, robot_id=robot.pk, is_on=True, at=NOON)
    with pytest.raises((NotAllowed, NotFound)):
        commands.enter_robot(
            actor=sibling,
            unit_id=tree.counties[0].pk,
            kind="wecom",
            name="群",
            address=chat.address(PATHS["wecom"] + "2"),
            at=NOON,
        )


def test_one_robot_is_entered_once_wherever(head: Actor, chat: Chat, tree: Tree) -> None:
    robot = entered(head, chat, tree)
    with pytest.raises(InvalidInput, match=r"already|已经登记"):
        entered(head, chat, tree)
    commands.end_robot(actor=head, robot_id=robot.pk, at=NOON)
    robot.refresh_from_db()
    assert (bytes(robot.address), bytes(robot.secret), robot.is_on) == (b"", b"", False)
    assert entered(head, chat, tree).pk != robot.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Robot.objects.filter(pk=robot.pk).update(is_on=True)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "lark"])
def test_each_chat_is_spoken_to_in_its_own_manner(head: Actor, chat: Chat, tree: Tree, kind: str) -> None:
    robot = entered(head, chat, tree, kind, secret="" if kind == "wecom" else "SEC1", keyword="督办")
    message = told(robot, robots.with_keyword("督办", "未签收 3 项"))
    assert send(NOON) == 1
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    path, body = chat.posts[0]
    assert path.startswith(PATHS[kind])
    if kind == "lark":
        stamp = str(body["timestamp"])
        key = f"{stamp}\nSEC1".encode()
        assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        assert body["content"] == {"text": "【督办】未签收 3 项"}
    else:
        assert body == {"msgtype": "text", "text": {"content": "【督办】未签收 3 项"}}
    if kind == "dingtalk":
        query = parse_qs(urlsplit(path).query)
        stamp = query["timestamp"][0]
        sign = hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()
        assert query["sign"] == [base64.b64encode(sign).decode()]


def test_a_group_is_told_once_a_day_however_often_it_is_written(head: Actor, chat: Chat, tree: Tree) -> None:
    robot = entered(head, chat, tree)
    told(robot)
    assert not commands.write_counts(actor=SYSTEM, robot_id=robot.pk, day=NOON.date(), text="逾期 1", at=NOON)
    assert (send(NOON), send(NOON + timedelta(hours=1))) == (1, 0)
    assert queries.robots_to_tell(actor=SYSTEM, day=NOON.date()) == []
    assert queries.robots_to_tell(actor=SYSTEM, day=NOON.date() + timedelta(days=1)) == [robot]
    with pytest.raises(IntegrityError), transaction.atomic():
        RobotMessage.objects.create(
            robot=robot, kind=MessageKind.COUNTS, day=NOON.date(), text="", written_at=NOON, next_at=NOON
        )


@pytest.mark.parametrize(("hour", "goes"), [(7, 0), (8, 1), (19, 1), (20, 0), (23, 0)])
def test_groups_are_left_alone_at_night(head: Actor, chat: Chat, tree: Tree, hour: int, goes: int) -> None:
    at = datetime(2026, 3, 2, hour, 5, tzinfo=SHANGHAI)
    told(entered(head, chat, tree), at=at)
    assert send(at) == goes


def test_feishu_is_not_spoken_to_at_the_full_and_the_half_hour(head: Actor, chat: Chat, tree: Tree) -> None:
    told(entered(head, chat, tree, "lark"), at=NOON - timedelta(minutes=10))
    assert send(NOON.replace(minute=0)) == 0
    assert send(NOON.replace(minute=1)) == 1


def test_no_more_goes_out_in_a_minute_than_the_chat_takes(head: Actor, chat: Chat, tree: Tree) -> None:
    robot = entered(head, chat, tree)
    RobotMessage.objects.bulk_create(
        RobotMessage(robot=robot, kind=MessageKind.TRIAL, day=NOON.date(), text="x", written_at=NOON, next_at=NOON)
        for _number in range(25)
    )
    assert [send(NOON), send(NOON + timedelta(seconds=30)), send(NOON + timedelta(seconds=61))] == [20, 0, 5]


def test_what_cannot_be_reached_waits_twice_as_long_each_time_and_is_not_lost(
    head: Actor, chat: Chat, tree: Tree
) -> None:
    robot = entered(head, chat, tree)
    message = told(robot)
    chat.answers = [(502, b"bad gateway")]
    waits, at = [], NOON
    for _attempt in range(5):
        assert send(at) == 1
        message.refresh_from_db()
        waits.append(round((message.next_at - at).total_seconds() / 60))
        assert send(message.next_at - timedelta(seconds=1)) == 0
        at = message.next_at
    assert waits == [1, 2, 4, 8, 16]
    assert (message.status, message.trouble) == (MessageStatus.WAITING, Trouble.UNREACHABLE)
    robot.refresh_from_db()
    assert (robot.is_on, robot.failures) == (True, 5)
    chat.answers = [(200, {"errcode": 0})]
    assert send(at) == 1
    robot.refresh_from_db()
    assert robot.failures == 0
    assert RobotMessage.objects.get().status == MessageStatus.SENT


def test_a_robot_that_is_refused_goes_off_with_the_reason_and_goes_on_when_switched_on(
    head: Actor, chat: Chat, tree: Tree
) -> None:
    robot = entered(head, chat, tree)
    message = told(robot)
    chat.answers = [(200, {"errcode": 93000, "errmsg": "invalid webhook url"})]
    at = NOON
    for _attempt in range(3):
        assert send(at) == 1
        at += timedelta(minutes=10)
    robot.refresh_from_db()
    assert (robot.is_on, robot.off_because, robot.answer) == (False, Trouble.REJECTED, "93000 invalid webhook url")
    assert AuditEvent.objects.latest("pk").verb == "robot.give_up"
    assert send(at) == 0
    chat.answers = [(200, {"errcode": 0})]
    robot = commands.switch_robot(actor=head, robot_id=robot.pk, is_on=True, at=at)
    assert (robot.off_because, robot.answer, robot.failures) == ("", "", 0)
    assert send(at) == 1
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_too_fast_means_ten_minutes_of_silence_and_no_failure(head: Actor, chat: Chat, tree: Tree) -> None:
    robot = entered(head, chat, tree, "dingtalk")
    told(robot)
    chat.answers = [(200, {"errcode": 130101, "errmsg": "send too fast"}), (200, {"errcode": 0})]
    assert [send(NOON), send(NOON + timedelta(minutes=9)), send(NOON + timedelta(minutes=10))] == [1, 0, 1]
    robot.refresh_from_db()
    assert (robot.failures, robot.is_on) == (0, True)


def test_numbers_of_yesterday_are_given_up(head: Actor, chat: Chat, tree: Tree) -> None:
    message = told(entered(head, chat, tree))
    assert send(NOON + timedelta(days=1)) == 0
    message.refresh_from_db()
    assert (message.status, message.trouble) == (MessageStatus.GIVEN_UP, Trouble.LATE)


def test_a_trial_goes_out_while_the_robot_is_off_five_times_an_hour_at_most(
    head: Actor, chat: Chat, tree: Tree
) -> None:
    robot = entered(head, chat, tree, keyword="督办")
    for _number in range(5):
        commands.try_robot(actor=head, robot_id=robot.pk, at=NOON)
    with pytest.raises(InvalidInput):
        commands.try_robot(actor=head, robot_id=robot.pk, at=NOON)
    assert send(NOON) == 5
    assert "督办" in str(chat.posts[0][1])
    assert tree.counties[0].name in str(chat.posts[0][1])


def test_another_installation_cannot_speak_with_a_copy_of_the_database(
    head: Actor, chat: Chat, tree: Tree, settings: Any
) -> None:
    robot = entered(head, chat, tree)
    told(robot)
    settings.SECRET_KEY = "another" * 8
    assert send(NOON) == 1
    robot.refresh_from_db()
    assert (chat.posts, robot.is_on, robot.off_because) == ([], False, Trouble.UNREADABLE)


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://evil.example/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com/cgi-bin/other?key=1",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1\r\nX: y",
        "https://127.0.0.1/cgi-bin/webhook/send?key=1",
        "https://[::1]/cgi-bin/webhook/send?key=1",
        "https://169.254.169.254/cgi-bin/webhook/send",
        "file:///cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com:abc/cgi-bin/webhook/send",
        "",
    ],
)
def test_nothing_leaves_for_any_other_address(head: Actor, tree: Tree, address: str) -> None:
    with pytest.raises(InvalidInput):
        commands.enter_robot(actor=head, unit_id=tree.counties[0].pk, kind="wecom", name="群", address=address, at=NOON)
    with pytest.raises(outgoing.UnreachableError):
        outgoing.post(kind="wecom", address=address, body=b"{}")
    assert not Robot.objects.exists()


def test_the_known_hosts_are_accepted_and_an_empty_list_closes_the_way(settings: Any) -> None:
    hosts = {"wecom": "qyapi.weixin.qq.com", "dingtalk": "oapi.dingtalk.com", "lark": "open.feishu.cn"}
    for kind, host in hosts.items():
        address = f"https://{host}{PATHS[kind]}"
        assert outgoing.check_address(kind=kind, address=f" {address} ") == address
    assert set(robots.MANNERS) == set(RobotKind.values)
    settings.ROBOT_HOSTS = []
    with pytest.raises(InvalidInput):
        outgoing.check_address(kind="wecom", address=f"https://{hosts['wecom']}{PATHS['wecom']}")


def test_a_loopback_address_works_in_no_other_place_than_a_test(chat: Chat, settings: Any) -> None:
    address = chat.address(PATHS["wecom"])
    assert outgoing.post(kind="wecom", address=address, body=b"{}").status == 200
    settings.ROBOT_LOOPBACK = ""
    with pytest.raises(outgoing.UnreachableError):
        outgoing.post(kind="wecom", address=address, body=b"{}")


@pytest.mark.parametrize("found", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "100.64.0.1"])
def test_a_name_of_the_list_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    def lookup(*_given: object, **_named: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, 443)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(outgoing.UnreachableError, match="not public"):
        outgoing.public_address("qyapi.weixin.qq.com")


def test_a_redirect_is_not_followed(head: Actor, chat: Chat, tree: Tree) -> None:
    told(entered(head, chat, tree))
    chat.answers = [(302, b"")]
    send(NOON)
    assert [path for path, _body in chat.posts] == [PATHS["wecom"]]
    assert RobotMessage.objects.get().trouble == Trouble.REJECTED


def test_messages_are_removed_after_their_time(head: Actor, chat: Chat, tree: Tree) -> None:
    told(entered(head, chat, tree))
    assert queries.overdue_messages(actor=SYSTEM, before=NOON) == 0
    assert commands.clear_messages(actor=SYSTEM, before=NOON + timedelta(seconds=1), most=10) == 1

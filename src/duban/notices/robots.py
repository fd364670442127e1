"""How the robots of the three group chats are spoken to: limits, signatures, what goes out and what comes back."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from duban.notices.states import RobotKind, Trouble


@dataclass(frozen=True, slots=True)
class Manner:
    """What one kind of robot asks for."""

    # With what the path of its addresses begins: nothing else on that host is ever called.
    path: str
    messages_a_minute: int
    text_bytes: int
    # At the full and the half hour everybody sends.
    avoids_the_hour: bool
    # Answers that mean: not so fast.
    too_fast: frozenset[int]


MANNERS: Mapping[str, Manner] = {
    RobotKind.WECOM: Manner("/cgi-bin/webhook/send", 20, 2048, False, frozenset({45009})),
    RobotKind.DINGTALK: Manner("/robot/send", 20, 18_000, False, frozenset({130101, 410100})),
    RobotKind.LARK: Manner("/open-apis/bot/v2/hook/", 100, 18_000, True, frozenset({9499, 11232})),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted, and where."""

    address: str
    body: bytes


def with_keyword(keyword: str, text: str) -> str:
    """Return the text with the word that the chat wants to see in it."""
    return f"【{keyword}】{text}" if keyword and keyword not in text else text


def request_of(*, kind: str, address: str, secret: str, text: str, at: datetime) -> Request:
    """Return the post that says `text` through a robot, signed where it has a secret for that."""
    if kind == RobotKind.LARK:
        content: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            seconds = str(int(at.timestamp()))
            content |= {"timestamp": seconds, "sign": _signed(f"{seconds}\n{secret}", b"")}
    else:
        content = {"msgtype": "text", "text": {"content": text}}
        if secret and kind == RobotKind.DINGTALK:
            moment = str(int(at.timestamp() * 1000))
            sign = _signed(secret, f"{moment}\n{secret}".encode())
            address = f"{address}&timestamp={moment}&sign={quote_plus(sign)}"
    return Request(address, json.dumps(content, ensure_ascii=False).encode())


def outcome_of(*, kind: str, status: int, body: bytes) -> tuple[str, str]:
    """Return the trouble that an answer tells of (empty: it arrived), and the chat's own words."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        # Not the chat itself, but something before it.
        return (Trouble.UNREACHABLE if status >= 500 or status == 429 else Trouble.REJECTED), f"HTTP {status}"
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    words = f"{code} {answer.get('errmsg') or answer.get('msg') or ''}".strip()[:200]
    if code == 0:
        return "", ""
    if code in MANNERS[kind].too_fast or status == 429:
        return Trouble.TOO_FAST, words
    return Trouble.REJECTED, words


def _signed(key: str, content: bytes) -> str:
    return base64.b64encode(hmac.new(key.encode(), content, hashlib.sha256).digest()).decode()

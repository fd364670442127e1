"""A server of our own in place of a group chat."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Chat:
    """What was posted, and what is answered: (status, JSON or raw bytes); the last answer is repeated."""

    place: str
    posts: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    answers: list[tuple[int, object]] = field(default_factory=lambda: [(200, {"errcode": 0, "code": 0})])

    def address(self, path: str) -> str:
        return f"http://{self.place}{path}"


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append((self.path, json.loads(body)))
            status, answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://{found.place}/elsewhere")
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Chat(f"127.0.0.1:{server.server_port}")
        settings.ROBOT_LOOPBACK = found.place
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()

"""Who reads from one process takes turns; who writes, or has waited long enough, goes on."""

import threading
import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from duban.shell import middleware


class Slow:
    """A program that answers when it is let go, and knows how many were inside at once."""

    def __init__(self) -> None:
        self.inside, self.most = 0, 0
        self.came, self.go_on = threading.Semaphore(0), threading.Event()
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.came.release()
        self.go_on.wait(20)
        with self._lock:
            self.inside -= 1
        if request.path == "/fails/":
            raise ValueError
        return HttpResponse("done")


def wait_for(turns: middleware.Turns, number: int) -> None:
    """Wait until so many wait for their turn."""
    end = time.monotonic() + 10
    while len(turns._waiting) != number:
        assert time.monotonic() < end
        time.sleep(0.001)


def ask(turns: middleware.Turns, request: HttpRequest) -> threading.Thread:
    asking = threading.Thread(target=lambda: turns(request))  # type: ignore[arg-type]
    asking.start()
    return asking


def test_two_who_read_take_turns_and_who_writes_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "MOST_WAITED", 20)
    slow, web = Slow(), RequestFactory()
    turns = middleware.Turns(slow)
    asking = [ask(turns, web.get("/"))]
    assert slow.came.acquire(timeout=10)
    asking += [ask(turns, web.get("/")), ask(turns, web.post("/"))]
    assert slow.came.acquire(timeout=10), "the one who writes"
    assert not slow.came.acquire(timeout=0.2), "the other reader waits"
    slow.go_on.set()
    for thread in asking:
        thread.join(10)
    assert (slow.most, slow.inside) == (2, 0)


def test_whoever_came_first_is_let_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "MOST_WAITED", 20)
    order: list[str] = []
    inside, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def answer(request: HttpRequest) -> HttpResponse:
        order.append(request.path)
        inside.release()
        assert go_on.acquire(timeout=10)
        return HttpResponse("done")

    turns = middleware.Turns(answer)
    asking = []
    for number in range(4):
        asking.append(ask(turns, RequestFactory().get(f"/{number}/")))
        wait_for(turns, number)
    for _each in asking:
        assert inside.acquire(timeout=10)
        assert not inside.acquire(timeout=0.02), "one at a time"
        go_on.release()
    for thread in asking:
        thread.join(10)
    assert order == ["/0/", "/1/", "/2/", "/3/"]


def test_nobody_waits_long_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "MOST_WAITED", 0.05)
    slow, web = Slow(), RequestFactory()
    turns = middleware.Turns(slow)
    asking = [ask(turns, web.get("/")), ask(turns, web.get("/"))]
    assert slow.came.acquire(timeout=10)
    assert slow.came.acquire(timeout=10)
    slow.go_on.set()
    for thread in asking:
        thread.join(10)
    # Whoever came without a turn gives none back.
    assert turns(web.get("/")).status_code == 200  # type: ignore[arg-type]


def test_one_that_failed_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "MOST_WAITED", 20)
    slow, web = Slow(), RequestFactory()
    slow.go_on.set()
    turns = middleware.Turns(slow)
    with pytest.raises(ValueError):
        turns(web.get("/fails/"))  # type: ignore[arg-type]
    done = ask(turns, web.get("/"))
    done.join(5)
    assert not done.is_alive()

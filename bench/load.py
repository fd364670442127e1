"""Load over HTTP: so many keep-alive connections, each asking the next question when it has its answer."""

import http.client
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """One request of one account."""

    path: str
    session: str
    # A JSON body makes it a POST.
    body: str = ""


@dataclass
class Answers:
    """What a load brought: milliseconds of each request, and how long all took together."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    refusals: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median."""
        return percentile(self.times, 50)

    @property
    def p95(self) -> float:
        """The time that 95 of 100 requests keep to."""
        return percentile(self.times, 95)


def percentile(times: Sequence[float], share: int) -> float:
    """Return the time that `share` of 100 keep to."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(len(ordered) * share / 100))] if ordered else 0.0


def ask(*, port: int, questions: Iterator[Question], count: int, connections: int = 4) -> Answers:
    """Ask `count` questions over so many connections and return the times; refusals are kept, not timed."""
    answers, lock = Answers(), threading.Lock()
    left = iter(range(count))

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                question = next(questions, None) if next(left, None) is not None else None
            if question is None:
                break
            status, took, body = once(connection, question)
            with lock:
                if status >= 300:
                    answers.refusals.append(f"{question.path}: {status} {body[:200].decode(errors='replace')}")
                else:
                    answers.times.append(took)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.seconds = time.perf_counter() - began
    return answers


def once(connection: http.client.HTTPConnection, question: Question) -> tuple[int, float, bytes]:
    """Ask one question and return status, milliseconds and body."""
    headers = {"Cookie": f"sessionid={question.session}"}
    if question.body:
        headers["Content-Type"] = "application/json"
    began = time.perf_counter()
    connection.request("POST" if question.body else "GET", question.path, body=question.body or None, headers=headers)
    response = connection.getresponse()
    body = response.read()
    return response.status, (time.perf_counter() - began) * 1000, body


def median_of_runs(
    *, port: int, questions: Iterator[Question], count: int, runs: int, warm_up: int = 50, connections: int = 4
) -> tuple[float, float]:
    """
    Return the median over the runs of their p50 and of their p95, in milliseconds.

    :raises SystemExit: if a question was refused: a refusal is quick and would look like speed
    """
    ask(port=port, questions=questions, count=warm_up, connections=connections)
    found = [ask(port=port, questions=questions, count=count, connections=connections) for _ in range(runs)]
    for answers in found:
        if answers.refusals:
            raise SystemExit(f"Refused: {answers.refusals[0]}")
    return statistics.median(one.p50 for one in found), statistics.median(one.p95 for one in found)

"""200 people at once, each reading and writing as their role does, with time to think between two requests."""

import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from urllib.parse import quote

import psycopg

from bench import city as shape
from bench.city import City
from bench.load import Answers, Question, once
from bench.writing import steps_to_sign

PEOPLE = 200
THINK_SECONDS = 5.0
SECONDS = 120
AIM_MS = 300.0
# Of 200 people: those of single units, of the city's office, of counties' offices, and of supervision groups.
_SHARES = {"single unit": 160, "county office": 20, "city office": 10, "group of 170 units": 10}


def measure_mixed(
    *, port: int, connection: psycopg.Connection[Any], city: City, sessions: dict[int, str], seconds: int = SECONDS
) -> Answers:
    """
    Let 200 people work for so many seconds and return the times of all their requests.

    Everybody thinks for 5 s on average (2.5 to 7.5) after each answer; people begin within the first 5 s.
    """
    answers, lock = Answers(), threading.Lock()
    end = time.monotonic() + seconds

    def work(number: int, questions: Iterator[Question]) -> None:
        thinking = Random(number)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        pause = thinking.uniform(0, THINK_SECONDS)
        while time.monotonic() + pause < end:
            time.sleep(pause)
            question = next(questions)
            try:
                status, took, body = once(client, question)
            except (OSError, http.client.HTTPException) as error:
                client.close()
                with lock:
                    answers.refusals.append(f"{question.path}: {error!r}")
                continue
            with lock:
                if status >= 300:
                    answers.refusals.append(f"{question.path}: {status} {body[:200].decode(errors='replace')}")
                else:
                    answers.times.append(took)
            pause = thinking.uniform(THINK_SECONDS / 2, THINK_SECONDS * 1.5)
        client.close()

    everybody = people(connection=connection, city=city, sessions=sessions)
    threads = [threading.Thread(target=work, args=(number, one)) for number, one in enumerate(everybody)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.seconds = time.perf_counter() - began
    return answers


def people(*, connection: psycopg.Connection[Any], city: City, sessions: dict[int, str]) -> list[Iterator[Question]]:
    """Return what each of 200 people asks for, one after the other, without end."""
    own = _own_items(connection, [user for user in city.liaisons if user in sessions][: _SHARES["single unit"]])
    found = [_of_a_unit(sessions[user], items, connection, sessions) for user, items in own.items()]
    desk = ["/", "/desk/beside/"]
    readers = {
        # What stands beside the desk is asked for by the desk itself.
        "city office": [*desk, "/work/", f"/table/?unit={city.city_id}", f"/work/?q={quote(shape.FREQUENT)}", *desk],
        "county office": [*desk, "/work/", f"/table/?unit={city.county_id}", f"/owed/?unit={city.village_id}"],
        "group of 170 units": ["/work/", "/table/", f"/owed/?unit={city.listed[0]}", f"/work/?q={quote(shape.RARE)}"],
    }
    for role, paths in readers.items():
        session = sessions[city.users[role]]
        found += [_in_turn(session, paths, number) for number in range(_SHARES[role])]
    return found


def _own_items(connection: psycopg.Connection[Any], users: Sequence[int]) -> dict[int, list[int]]:
    rows = connection.execute(
        "SELECT held.user_id, array_agg(task.id ORDER BY task.id) FROM access_grant AS held"
        " JOIN tasks_task AS task ON task.unit_id = held.unit_id AND task.campaign_id = 1 AND task.status = 'in_hand'"
        " WHERE held.user_id = ANY(%s) AND held.role = 'unit_liaison' GROUP BY held.user_id",
        [list(users)],
    ).fetchall()
    return dict(rows)


def _of_a_unit(
    session: str, items: Sequence[int], connection: psycopg.Connection[Any], sessions: dict[int, str]
) -> Iterator[Question]:
    """Yield the first screen, the list, an item, what is owed, and after that a signature, again and again."""
    user = next(user for user, key in sessions.items() if key == session)
    to_sign = steps_to_sign(connection=connection, sessions={user: session}, take=100).questions
    number = 0
    while True:
        yield Question("/", session)
        yield Question("/owed/", session)
        yield Question(f"/tasks/{items[number % len(items)]}/", session)
        signature = next(to_sign, None)
        yield signature if signature is not None else Question("/work/", session)
        number += 1


def _in_turn(session: str, paths: Sequence[str], start: int) -> Iterator[Question]:
    number = start
    while True:
        yield Question(paths[number % len(paths)], session)
        number += 1

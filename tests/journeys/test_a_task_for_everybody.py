"""One requirement for every unit of a city: a job process fans it out while the office watches."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ

from django.utils import timezone

from duban.config.supervisor import duban_command
from duban.config.testing import Database
from duban.tasks.models import Assignment, Task
from tests.journeys.conftest import City
from tests.journeys.visiting import Visitor

DONE_WITHIN_SECONDS = 60.0


@contextmanager
def worker(database: Database) -> Iterator[None]:
    """Run the job process of the installation on a database, and end it."""
    process = subprocess.Popen(
        duban_command("worker"),
        env={**environ, **database.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_issued(office: Visitor, assignment: int) -> list[tuple[str, str]]:
    """Look at the progress as the page does, and return what it showed: units served, units in all."""
    seen: list[tuple[str, str]] = []
    ends = time.monotonic() + DONE_WITHIN_SECONDS
    while time.monotonic() < ends:
        page = office.open(f"/tasks/assignments/{assignment}/progress/")
        done, total = page.text.rpartition(" / ")[::2]
        seen.append((done.split()[-1], total.split()[0]))
        if b"hx-get" not in page.content:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"not issued within {DONE_WITHIN_SECONDS:.0f} s: {seen[-1]}")


def test_a_requirement_goes_to_more_than_five_hundred_units(city: City, own_database: Database) -> None:
    clerk = city.visitor(unit=city.tree.office, role="office_clerk", over=city.tree.city)
    today = timezone.localdate()
    draft = clerk.open("/tasks/assign/").submit(
        "/tasks/assign/", wording="组织一次专题学习", owner="各单位", due=f"{today.year + 1}年6月30日前"
    )
    page = draft.submit(r"/tasks/assignments/\d+/issue/")
    assignment = Assignment.objects.get()
    total = assignment.unit_count
    assert total >= 500
    # The page says at once how many there will be, and asks again by itself, also without JavaScript.
    assert f"0 / {total}" in page.text
    assert b'http-equiv="refresh"' in page.content

    with worker(own_database):
        seen = wait_until_issued(clerk, assignment.pk)

    assert seen[-1] == (str(total), str(total))
    assert Task.objects.count() == total
    assert clerk.open(page.path).behind(r"/work/\?assignment=\d+&status=to_sign") == str(total)
    village = city.tree.villages[40]
    assert city.liaison(village).open("/").form(r"/tasks/\d+/steps/sign/"), "the last village has it before it"
    assert clerk.open("/table/").row(city.tree.counties[1].name)[1] == str(
        1 + len(city.tree.below(city.tree.counties[1]))
    )

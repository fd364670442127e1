"""
A leader's speech is imported, its requirements become tasks, the tasks go to units, the units answer, somebody else
checks, and every level sees where things stand: over HTTP, each person signed in by name and password.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from duban.audit.models import AuditEvent
from duban.audit.queries import verify
from duban.figures.commands import recount_all
from duban.kernel.authority import Actor
from duban.tasks.models import Task
from tests.journeys.conftest import City
from tests.journeys.visiting import Page, Visitor

SHARED = Path(__file__).resolve().parents[3] / "shared" / "speeches"
SPEECH = """在全市作风建设推进会上的讲话

同志们：

这段时间，大家做了不少工作，也看到了差距。下面我讲两点意见。

一、把底数摸清楚

各部门要在{month}月底前完成一次窗口服务排查，形成问题清单。各乡镇要走访不少于20户困难群众，把情况记实。

二、把责任扛起来

要始终坚持实事求是。要切实加强领导，把各项工作抓紧抓实。
"""
# Columns of the table of units.
TOTAL, TO_SIGN, SIGNED, IN_HAND, ASKED, DONE = 1, 2, 3, 4, 5, 6


def next_month() -> int:
    return (timezone.localdate() + timedelta(days=35)).month


def speeches() -> Sequence[object]:
    found = [pytest.param(SPEECH.format(month=next_month()), id="a speech of the project")]
    found += [pytest.param(file.read_text(encoding="utf-8"), id=file.stem) for file in sorted(SHARED.glob("*.txt"))]
    return found


def in_days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def confirm_and_take(page: Page) -> Page:
    """Confirm the paper where it asks for that, take what is concrete, set the rest aside."""
    if page.form(r".*/steps/confirm/"):
        page = page.submit(r".*/steps/confirm/")
    page = page.submit(r".*/take-all/") if page.form(r".*/take-all/") else page.submit(r".*/steps/take/")
    if page.form(r".*/set-aside-rest/"):
        page = page.submit(r".*/set-aside-rest/")
    return page


def assign(office: Visitor, address: str, *, owner: str, due: date) -> Page:
    """Write the assignment of a requirement, look at its effect, issue it; whatever its verb says, it is checked."""
    form = office.open(address)
    draft = form.submit(
        r"/tasks/assign/.*",
        owner=owner,
        due=f"{due.year}年{due.month}月{due.day}日前",
        standard="书面报告",
        closing="check",
    )
    return draft.submit(r"/tasks/assignments/\d+/issue/")


def open_owed(liaison: Visitor) -> Page:
    """Open the first line of 本单位还差什么, where a liaison lands after signing in."""
    return liaison.open(liaison.open("/").links_to(r"/tasks/\d+/")[0])


def verbs(kind: str, number: int) -> list[str]:
    return list(
        AuditEvent.objects.filter(object_kind=kind, object_id=number).order_by("id").values_list("verb", flat=True)
    )


@pytest.mark.parametrize("text", speeches())
def test_a_speech_becomes_tasks_that_a_unit_answers_and_somebody_else_checks(city: City, text: str) -> None:
    tree = city.tree
    clerk = city.visitor(unit=tree.office, role="office_clerk", over=tree.city)
    second = city.visitor(unit=tree.office, role="office_head", over=tree.city)
    unit = tree.departments[1]
    liaison = city.liaison(unit)

    # The office takes the speech in, confirms it and decides about its sentences.
    page = clerk.open("/directives/take-in/").submit("", text=text, unit=str(tree.city.pk))
    document = int(page.path.strip("/").split("/")[-1])
    page = confirm_and_take(page)
    to_assign = page.links_to(r"/tasks/assign/\?requirement=\d+")
    assert to_assign, "something is to be assigned"
    assert not page.form(r".*/take-all/")
    assert not page.form(r".*/set-aside-rest/")

    # The first requirement goes to all departments, the second (or the first again) to all townships.
    issued = assign(clerk, to_assign[0], owner="各部门", due=in_days(20))
    departments = [each for each in tree.departments if each.kind == "department"]
    assert issued.behind(r"/work/\?assignment=\d+&status=to_sign") == str(len(departments))
    assign(clerk, to_assign[-1], owner="各乡镇", due=in_days(30))

    # The unit finds it where it lands, with the sentence it comes from, and signs.
    owed = liaison.open("/")
    sentence = Task.objects.select_related("assignment").get(unit=unit).assignment.source_sentence
    assert sentence
    assert sentence[:20] in owed.text
    signed = owed.submit(r"/tasks/\d+/steps/sign/")
    assert signed.path == "/", "the list comes again after signing in it"
    task_page = open_owed(liaison)
    task = Task.objects.get(unit=unit)
    assert (task.status, task_page.path) == ("in_hand", f"/tasks/{task.pk}/")

    # It reports progress with a file, which the office can read, and asks for completion.
    task_page = task_page.submit(
        r".*/feedback/", text="已排查三个窗口。", files=[("排查清单.txt", "一号窗口：已整改".encode())]
    )
    assert "已排查三个窗口。" in task_page.text
    (proof,) = task_page.links_to(r"/tasks/\d+/evidence/\d+/")
    assert second.open(proof).content.decode() == "一号窗口：已整改"
    task_page = task_page.submit(r".*/steps/ask_done/", text="排查全部完成。")
    assert task_page.form(r".*/steps/accept/") is None, "the unit cannot accept its own answer"

    # The second clerk sends it back: what is missing, and a new date.
    assert f"/tasks/{task.pk}/" in second.open("/tasks/to-check/").links
    checked = second.open(f"/tasks/{task.pk}/")
    agreed = in_days(25)
    checked.submit(r".*/steps/return/", text="缺少问题清单。", new_due=agreed.isoformat())
    task.refresh_from_db()
    assert (task.status, task.agreed_due, task.original_due) == ("in_hand", agreed, in_days(20))

    # The unit sees what is missing, asks again, and somebody else accepts.
    task_page = open_owed(liaison)
    assert "缺少问题清单。" in task_page.text
    task_page.submit(r".*/steps/ask_done/", text="清单已补。", files=[("问题清单.txt", "共三条".encode())])
    clerk.open(clerk.open("/tasks/to-check/").links_to(r"/tasks/\d+/")[0]).submit(r".*/steps/accept/")
    task.refresh_from_db()
    assert (task.status, task.finished_on) == ("done", timezone.localdate())
    assert not liaison.open("/").links_to(rf"/tasks/{task.pk}/")

    see_where_things_stand_at_every_level(city, clerk)
    read_the_record(city, document=document, task=task)
    figures_agree(city)


def see_where_things_stand_at_every_level(city: City, clerk: Visitor) -> None:
    """City office and county office read the same numbers, each on its own part of the tree."""
    tree = city.tree
    county, elsewhere = tree.counties[0], tree.counties[1]
    township = tree.townships[0]
    recorder = city.visitor(unit=township, role="township_recorder")
    # Its first screen shows its villages; what it owes itself is one click away, signing for it the next.
    (owed,) = recorder.open("/").links_to("/owed/")
    recorder.open(owed).submit(r"/tasks/\d+/steps/sign/")

    table = clerk.open("/table/")
    assert table.row(tree.departments[1].name)[TOTAL : DONE + 1] == ["1", "0", "1", "0", "0", "1"]
    assert table.row(tree.departments[2].name)[TOTAL : DONE + 1] == ["1", "1", "0", "0", "0", "0"]
    assert table.row(county.name)[TOTAL : DONE + 1] == ["6", "5", "1", "1", "0", "0"]
    below = clerk.open(f"/table/?unit={county.pk}")
    assert below.row(township.name)[TOTAL : DONE + 1] == ["1", "0", "1", "1", "0", "0"]

    office = city.visitor(unit=county, role="county_office")
    own = office.open("/table/")
    assert own.row(township.name) == below.row(township.name), "the same numbers, whoever looks"
    assert elsewhere.name not in own.text
    # One county does not learn that the other's records exist.
    office.open(f"/table/?unit={elsewhere.pk}", expected=404)
    theirs = Task.objects.filter(unit__path__startswith=elsewhere.path).first()
    assert theirs is not None
    office.open(f"/tasks/{theirs.pk}/", expected=404)
    # A number opens the records that it counts.
    opened = office.open(f"/work/?status=to_sign&unit={county.pk}")
    assert len(opened.links_to(r"/tasks/\d+/")) == 5


def read_the_record(city: City, *, document: int, task: Task) -> None:
    """The record has every step, in order, and the audit administrator reads it."""
    assert verbs("document", document)[0] == "document.take_in"
    assert "assignment.issue" in verbs("assignment", task.assignment_id)
    assert verbs("task", task.pk) == [
        "task.sign",
        "task.feedback",
        "task.ask_done",
        "task.return",
        "task.ask_done",
        "task.accept",
    ]
    returned = AuditEvent.objects.get(object_kind="task", object_id=task.pk, verb="task.return")
    assert "缺少问题清单" in json.dumps(json.loads(returned.payload), ensure_ascii=False)
    auditor = city.visitor(unit=city.tree.office, role="audit_admin", over=city.tree.city)
    page = auditor.open(f"/audit/?kind=task&number={task.pk}")
    assert "缺少问题清单" in page.text
    auditor.open(f"/tasks/{task.pk}/", expected=404)
    assert not verify(actor=Actor.system("journey")).faults


def figures_agree(city: City) -> None:
    """`duban recount` counts everything again and finds nothing to correct."""
    found = recount_all(actor=Actor.system("journey"), campaign_id=city.campaign.pk, at=timezone.now())
    assert set(found.values()) == {0}, found

"""The pages of tasks over HTTP, by plain forms: writing, issuing, answering, checking, and every refusal."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.audit.models import AuditEvent
from duban.tasks import queries
from duban.tasks.models import Assignment, ChangeRequest, Task, TaskEntry

ASSIGN = "/tasks/assign/"


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (response.status_code, response.content.decode()[-1500:])
    return response.content.decode()


def form_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form with that address, as a browser without script would send them."""
    start = page.index(f'action="{action}"')
    form = page[start : page.index("</form>", start)]
    found = {}
    for field in re.findall(r'<input type="hidden"[^>]*>', form):
        name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
        if name:
            found[name.group(1)] = value.group(1) if value else ""
    return found


def write(cast, **changes: str) -> Assignment:
    """Write a draft by the form and return it."""
    client = cast.client(cast.office)
    given = form_of(page_of(client, ASSIGN), ASSIGN) | {
        "wording": "组织一次专题学习",
        "closing": "check",
        "owner": cast.tree.departments[1].name,
        "due": "长期坚持",
        **changes,
    }
    response = client.post(ASSIGN, given)
    assert response.status_code == 302, response.content.decode()[-3000:]
    return Assignment.objects.latest("pk")


def issue(cast, assignment: Assignment) -> Task:
    client = cast.client(cast.office)
    page = page_of(client, reverse("tasks:assignment", args=[assignment.pk]))
    address = reverse("tasks:issue", args=[assignment.pk])
    assert client.post(address, form_of(page, address)).status_code == 302
    return Task.objects.filter(assignment=assignment).order_by("pk")[0]


@pytest.fixture
def task(cast) -> Task:
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    return issue(cast, write(cast, due=due, helpers=cast.tree.departments[2].name))


def post_step(client: Client, task: Task, name: str, **given: object):
    page = page_of(client, f"/tasks/{task.pk}/")
    address = f"/tasks/{task.pk}/steps/{name}/"
    return client.post(address, form_of(page, address) | given)


class TestWriting:
    def test_a_draft_names_its_effect_before_it_is_issued(self, cast):
        draft = write(cast, owner="各部门")
        page = page_of(cast.client(cast.office), reverse("tasks:assignment", args=[draft.pk]))
        assert "After issuing, 4 units receive this." in page
        assert cast.tree.departments[1].shown_name in page
        assert not Task.objects.exists()

    def test_what_cannot_be_used_is_said_beside_its_field_and_nothing_written_is_lost(self, cast):
        client = cast.client(cast.office)
        given = form_of(page_of(client, ASSIGN), ASSIGN)
        response = client.post(ASSIGN, given | {"wording": "开展走访", "owner": "无此单位", "due": "不久"})
        page = response.content.decode()
        assert response.status_code == 422
        assert "There is no unit “无此单位” below yours." in page
        assert "“不久” is not understood as a date." in page
        assert "开展走访" in page
        assert not Assignment.objects.exists()

    def test_a_draft_is_changed_and_discarded(self, cast):
        draft = write(cast)
        client = cast.client(cast.office)
        address = reverse("tasks:edit", args=[draft.pk])
        given = form_of(page_of(client, address), address)
        client.post(address, given | {"wording": "改后的事项", "owner": "各部门", "due": "6月底前", "helpers": ""})
        draft.refresh_from_db()
        assert (draft.wording, draft.target, draft.version) == ("改后的事项", "class", 2)
        page = page_of(client, reverse("tasks:assignment", args=[draft.pk]))
        address = reverse("tasks:discard", args=[draft.pk])
        client.post(address, form_of(page, address))
        assert not Assignment.objects.exists()

    def test_a_form_that_somebody_overtook_is_stale_and_loses_nothing(self, cast):
        draft = write(cast)
        address = reverse("tasks:edit", args=[draft.pk])
        first, second = cast.client(cast.office), cast.client(cast.second)
        opened = form_of(page_of(first, address), address)
        words = {"owner": "各部门", "due": "长期坚持"}
        assert (
            second.post(address, form_of(page_of(second, address), address) | words | {"wording": "先改"}).status_code
            == 302
        )
        response = first.post(address, opened | words | {"wording": "后改"})
        page = response.content.decode()
        assert response.status_code == 409
        assert "先改" in page
        assert "后改" in page

    def test_an_issued_one_shows_where_it_stands_and_opens_its_items(self, cast):
        assignment = write(cast, owner="各部门")
        issue(cast, assignment)
        client = cast.client(cast.office)
        page = page_of(client, reverse("tasks:assignment", args=[assignment.pk]))
        link = re.search(r'href="(/work/\?assignment=[^"]*)"[^>]*>4<', page)
        assert link is not None
        assert "Items 4" in page_of(client, link.group(1).replace("&amp;", "&"))
        assert "组织一次专题学习" in page_of(client, reverse("tasks:assignments"))

    def test_a_job_under_way_shows_progress_as_a_page_and_as_a_fragment(self, cast):
        draft = write(cast, owner="各村", closing="declare")
        client = cast.client(cast.office)
        page = page_of(client, reverse("tasks:assignment", args=[draft.pk]))
        address = reverse("tasks:issue", args=[draft.pk])
        client.post(address, form_of(page, address))
        page = page_of(client, reverse("tasks:assignment", args=[draft.pk]))
        assert 'http-equiv="refresh"' in page
        fragment = page_of(client, reverse("tasks:progress", args=[draft.pk]))
        assert "252" in fragment
        assert "<html" not in fragment

    def test_who_assigns_nothing_is_refused(self, cast):
        client = cast.client(cast.owner)
        assert client.get(ASSIGN).status_code == 403
        assert client.get(reverse("tasks:assignment", args=[write(cast).pk])).status_code == 404

    def test_a_form_posted_twice_acts_once(self, cast):
        client = cast.client(cast.office)
        given = form_of(page_of(client, ASSIGN), ASSIGN) | {"wording": "一次", "owner": "各部门", "due": "长期坚持"}
        first, second = client.post(ASSIGN, given), client.post(ASSIGN, given)
        assert first["Location"] == second["Location"]
        assert Assignment.objects.count() == 1

    def test_a_list_without_anything_says_how_to_begin(self, cast):
        assert "Your office has written no assignment yet." in page_of(
            cast.client(cast.office), reverse("tasks:assignments")
        )


class TestOneTask:
    def test_goes_from_signing_to_acceptance_by_plain_forms(self, cast, task, settings, tmp_path):
        settings.FILES = tmp_path
        owner, helper, checker = (cast.client(actor) for actor in (cast.owner, cast.helper, cast.second))
        assert post_step(owner, task, "sign").status_code == 302
        page = page_of(helper, f"/tasks/{task.pk}/")
        address = f"/tasks/{task.pk}/feedback/"
        assert helper.post(address, form_of(page, address) | {"text": "已配合两次"}).status_code == 302
        proof = SimpleUploadedFile("小结.txt", "学习小结".encode())
        assert post_step(owner, task, "ask_done", text="学习已完成", files=proof).status_code == 302
        assert "组织一次专题学习" in page_of(checker, reverse("tasks:to-check"))
        assert post_step(checker, task, "accept").status_code == 302
        task.refresh_from_db()
        assert task.status == "done"
        page = page_of(owner, f"/tasks/{task.pk}/")
        assert "已配合两次" in page
        link = re.search(rf'href="(/tasks/{task.pk}/evidence/\d+/)"', page)
        assert link is not None
        file = owner.get(link.group(1))
        assert file.content.decode() == "学习小结"
        assert file["Content-Disposition"].startswith("attachment;")
        assert cast.client(cast.stranger).get(link.group(1)).status_code == 404

    def test_a_stranger_finds_nothing(self, cast, task):
        client = cast.client(cast.stranger)
        assert client.get(f"/tasks/{task.pk}/").status_code == 404
        assert client.post(f"/tasks/{task.pk}/steps/sign/").status_code == 404

    def test_a_unit_is_not_offered_to_withdraw_what_it_was_asked(self, cast, task):
        offered = {step.name for step in queries.offered_steps(actor=cast.owner, task=task)}
        assert "withdraw" not in offered
        assert {"sign", "decline"} <= offered

    def test_a_step_that_is_not_open_names_the_rule_and_the_way_out(self, cast, task):
        owner = cast.client(cast.owner)
        post_step(owner, task, "sign")
        post_step(owner, task, "ask_done", text="完成")
        page = page_of(owner, f"/tasks/{task.pk}/")
        assert "Your unit owns this item. Somebody of another unit has to check it." in page
        assert "disabled" in page
        assert owner.post(f"/tasks/{task.pk}/steps/accept/", {}).status_code == 403

    def test_return_without_a_date_comes_back_with_its_words(self, cast, task):
        owner, checker = cast.client(cast.owner), cast.client(cast.second)
        post_step(owner, task, "sign")
        post_step(owner, task, "ask_done", text="完成")
        response = post_step(checker, task, "return", text="缺少小结")
        page = response.content.decode()
        assert response.status_code == 422
        assert "缺少小结" in page
        assert "Please set a new date for what is missing." in page
        response = post_step(checker, task, "return", text="缺少小结", new_due="2030-02-31")
        assert response.status_code == 422
        day = (timezone.localdate() + timedelta(days=9)).isoformat()
        assert post_step(checker, task, "return", text="缺少小结", new_due=day).status_code == 302

    def test_a_stale_page_is_told_so(self, cast, task):
        owner = cast.client(cast.owner)
        address = f"/tasks/{task.pk}/steps/sign/"
        opened = form_of(page_of(owner, f"/tasks/{task.pk}/"), address)
        Task.objects.filter(pk=task.pk).update(version=task.version + 1)
        response = owner.post(address, opened)
        assert response.status_code == 409
        assert "has changed since you opened it" in response.content.decode()

    def test_signing_twice_with_one_form_signs_once(self, cast, task):
        owner = cast.client(cast.owner)
        address = f"/tasks/{task.pk}/steps/sign/"
        given = form_of(page_of(owner, f"/tasks/{task.pk}/"), address)
        first, second = owner.post(address, given), owner.post(address, given)
        assert (first.status_code, second.status_code) == (302, 302)
        assert TaskEntry.objects.filter(task=task, kind="sign").count() == 1
        third = owner.post(address, given | {"request_id": str(uuid.uuid4())})
        assert third.status_code == 409

    def test_an_unknown_step_is_refused_not_broken(self, cast, task):
        assert cast.client(cast.owner).post(f"/tasks/{task.pk}/steps/vanish/", {}).status_code == 409

    def test_a_later_date_is_asked_for_and_decided_by_forms(self, cast, task):
        owner, checker = cast.client(cast.owner), cast.client(cast.second)
        post_step(owner, task, "sign")
        address = f"/tasks/{task.pk}/change/"
        given = form_of(page_of(owner, f"/tasks/{task.pk}/"), address)
        early = owner.post(address, given | {"new_due": "2020-01-01", "kind": "extension", "reason": "汛期"})
        assert early.status_code == 422
        assert "The new date must be later than the agreed one." in early.content.decode()
        later = (timezone.localdate() + timedelta(days=60)).isoformat()
        given = form_of(page_of(owner, f"/tasks/{task.pk}/"), address)
        assert owner.post(address, given | {"new_due": later, "kind": "extension", "reason": "汛期"}).status_code == 302
        page = page_of(owner, f"/tasks/{task.pk}/")
        assert "Your unit owns this item." in page, "the unit does not decide on its own request"
        page = page_of(checker, f"/tasks/{task.pk}/")
        address = f"/tasks/{task.pk}/change/refuse/"
        assert checker.post(address, form_of(page, address) | {"reason": ""}).status_code == 422
        address = f"/tasks/{task.pk}/change/grant/"
        assert checker.post(address, form_of(page, address)).status_code == 302
        task.refresh_from_db()
        assert task.agreed_due.isoformat() == later
        assert ChangeRequest.objects.get().status == "granted"

    def test_evidence_of_a_kind_that_is_not_kept_changes_nothing(self, cast, task, settings, tmp_path):
        settings.FILES = tmp_path
        owner = cast.client(cast.owner)
        post_step(owner, task, "sign")
        response = post_step(owner, task, "ask_done", text="完成", files=SimpleUploadedFile("a.exe", b"MZ\x90\x00"))
        assert response.status_code == 422
        task.refresh_from_db()
        assert (task.status, TaskEntry.objects.filter(kind="ask_done").count()) == ("in_hand", 0)

    @pytest.mark.parametrize(
        "onward", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_the_way_back_stays_in_the_house(self, cast, task, onward):
        response = post_step(cast.client(cast.owner), task, "sign", next=onward)
        assert response["Location"] == f"/tasks/{task.pk}/"

    def test_nothing_waiting_says_so(self, cast):
        assert "Nothing waits to be checked." in page_of(cast.client(cast.office), reverse("tasks:to-check"))

    def test_every_act_is_in_the_record_once(self, cast, task):
        owner = cast.client(cast.owner)
        post_step(owner, task, "sign")
        assert AuditEvent.objects.filter(object_kind="task", object_id=task.pk, verb="task.sign").count() == 1


class TestRest:
    def test_walks_the_same_flow(self, cast, task):
        owner, checker = cast.client(cast.owner), cast.client(cast.second)
        steps = f"/api/tasks/{task.pk}/steps"
        kind = "application/json"
        assert owner.post(f"{steps}/sign", "{}", kind).json()["status"] == "in_hand"
        assert owner.post(f"/api/tasks/{task.pk}/feedback", '{"text": "已学两次"}', kind).status_code == 200
        assert owner.post(f"{steps}/ask_done", '{"text": "完成"}', kind).json()["status"] == "asked_done"
        refused = owner.post(f"{steps}/accept", "{}", kind)
        assert refused.status_code == 403
        assert "Somebody of another unit" in refused.json()["message"]
        assert checker.post(f"{steps}/accept", "{}", kind).json()["status"] == "done"
        entries = owner.get(f"/api/tasks/{task.pk}/entries").json()
        assert [entry["kind"] for entry in entries] == ["sign", "feedback", "ask_done", "accept"]
        assert owner.get(f"/api/tasks/{task.pk}").json()["unit"] == cast.tree.departments[1].name

    def test_lists_what_the_page_lists(self, cast, task):
        owner = cast.client(cast.owner)
        given = {"campaign_id": cast.campaign.pk}
        assert [row["id"] for row in owner.get("/api/tasks", given).json()["rows"]] == [task.pk]
        assert owner.get("/api/tasks", given | {"status": "near_due"}).json()["rows"] == []
        assert cast.client(cast.stranger).get("/api/tasks", given).json()["rows"] == []
        assert owner.get("/api/tasks", given | {"size": 1000}).status_code == 422

    def test_the_same_key_acts_once(self, cast, task):
        owner = cast.client(cast.owner)
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        address = f"/api/tasks/{task.pk}/steps/sign"
        first = owner.post(address, "{}", "application/json", headers=headers)
        second = owner.post(address, "{}", "application/json", headers=headers)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()

    def test_writes_and_issues_an_assignment(self, cast):
        office = cast.client(cast.office)
        given = {
            "campaign_id": cast.campaign.pk,
            "assigner_id": cast.tree.city.pk,
            "wording": "核对名册",
            "owner": "各部门",
            "due": "长期坚持",
        }
        draft = office.post("/api/assignments", given, "application/json").json()
        issued = office.post(f"/api/assignments/{draft['id']}/issue", "{}", "application/json").json()
        assert (issued["status"], issued["unit_count"]) == ("issued", 4)
        assert office.get(f"/api/assignments/{draft['id']}").json()["units_done"] == 4
        refused = office.post("/api/assignments", given | {"owner": "无此单位"}, "application/json")
        assert refused.status_code == 422
        assert "owner" in refused.json()["fields"]

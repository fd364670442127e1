"""Half-written forms: kept for one account and one form, given back to nobody else, gone when sent or old."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.states import Reach
from duban.config.factories import Account, Tree, make_campaign, make_person_with_account, make_work
from duban.shell import drafts
from duban.shell.models import FormDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(tree: Tree) -> Account:
    return make_person_with_account(unit=tree.departments[1], role="unit_liaison", reach=Reach.UNIT)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account.user)
    return client


def save(client: Client, form: str = "note", fields: object = None) -> int:
    given = {"form": form, "fields": json.dumps({"text": "走访三户"} if fields is None else fields)}
    return client.post("/drafts/", given).status_code


def test_is_given_back_to_the_one_who_wrote_it_and_to_nobody_else(tree: Tree, account: Account) -> None:
    client = signed_in(account)
    other = signed_in(make_person_with_account(unit=tree.departments[1], role="unit_liaison", reach=Reach.UNIT))
    assert save(client) == 204
    assert client.get("/drafts/", {"form": "note"}).json()["fields"] == {"text": "走访三户"}
    assert client.get("/drafts/", {"form": "another"}).json() == {}
    assert other.get("/drafts/", {"form": "note"}).json() == {}
    assert Client().get("/drafts/", {"form": "note"}).status_code == 302


def test_the_latest_words_count_and_empty_ones_take_it_away(account: Account) -> None:
    client = signed_in(account)
    save(client)
    save(client, fields={"text": "走访四户"})
    assert FormDraft.objects.get().fields == {"text": "走访四户"}
    save(client, fields={"text": "  "})
    assert not FormDraft.objects.exists()


def test_secrets_and_what_is_too_large_are_not_kept(account: Account) -> None:
    client = signed_in(account)
    assert save(client, fields={"text": "字", "password": "x", "csrfmiddlewaretoken": "y", "new_password": "z"}) == 204
    assert FormDraft.objects.get().fields == {"text": "字"}
    assert save(client, form="large", fields={"text": "字" * drafts.LARGEST}) == 422
    assert save(client, form="x" * 201) == 422
    assert client.post("/drafts/", {"form": "note", "fields": "no object"}).status_code == 422


def test_sending_the_form_takes_its_draft_away_and_a_refusal_keeps_it(tree: Tree, account: Account) -> None:
    campaign = make_campaign(root=tree.city)
    task = make_work(campaign=campaign, assigner=tree.city, units=[tree.departments[1]]).tasks[0]
    client = signed_in(account)
    save(client)
    save(client, form="another")
    assert client.post("/tasks/note/", {"task": task.pk, "text": "", "draft": "note"}).status_code == 422
    assert FormDraft.objects.filter(form="note").exists()
    assert client.post("/tasks/note/", {"task": task.pk, "text": "走访三户", "draft": "note"}).status_code == 302
    assert list(FormDraft.objects.values_list("form", flat=True)) == ["another"]


def test_old_ones_are_cleared(account: Account) -> None:
    save(signed_in(account))
    now = timezone.now()
    assert drafts.clear(before=now - timedelta(minutes=5), most=10) == 0
    assert (
        drafts.overdue(before=now + timedelta(minutes=5)),
        drafts.clear(before=now + timedelta(minutes=5), most=10),
    ) == (1, 1)


def test_forms_that_are_kept_name_themselves(tree: Tree, account: Account) -> None:
    campaign = make_campaign(root=tree.city)
    work = make_work(campaign=campaign, assigner=tree.city, units=[tree.departments[1]], status="in_hand")
    page = signed_in(account).get(f"/tasks/{work.tasks[0].pk}/").content.decode()
    assert f'data-draft="task-{work.tasks[0].pk}-feedback"' in page

"""Half-written forms: kept for one account and one form, given back to nobody else, gone when sent or old."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.states import Reach
from duban.config.factories import LONG_AGO, Account, Tree, make_campaign, make_person_with_account, make_work
from duban.organisation.models import Post
from duban.organisation.states import PostKind
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


def save(account: Account, form: str = "note", fields: object = None, client: Client | None = None) -> int:
    """Send what a page opened in the account's first post keeps."""
    given = {
        "form": form,
        "post": account.post.pk,
        "fields": json.dumps({"text": "走访三户"} if fields is None else fields),
    }
    return (client or signed_in(account)).post("/drafts/", given).status_code


def kept(client: Client, post: Post, form: str = "note") -> dict[str, str]:
    found: dict[str, dict[str, str]] = client.get(f"/drafts/?form={form}&post={post.pk}").json()
    return found.get("fields", {})


def test_is_given_back_to_the_one_who_wrote_it_and_to_nobody_else(tree: Tree, account: Account) -> None:
    client = signed_in(account)
    other = make_person_with_account(unit=tree.departments[1], role="unit_liaison", reach=Reach.UNIT)
    assert save(account) == 204
    assert kept(client, account.post) == {"text": "走访三户"}
    assert not kept(client, account.post, form="another")
    assert not kept(signed_in(other), other.post)
    assert not kept(signed_in(other), account.post)
    assert Client().get("/drafts/", {"form": "note"}).status_code == 302


def test_another_post_of_the_same_person_sees_nothing_of_it(tree: Tree, account: Account) -> None:
    second = Post.objects.create(
        unit=tree.departments[2], person=account.person, kind=PostKind.LIAISON, starts_on=LONG_AGO
    )
    client = signed_in(account)
    client.post("/switch-post/", {"post": account.post.pk})
    assert save(account, client=client) == 204
    client.post("/switch-post/", {"post": second.pk})
    assert not kept(client, second)
    # A tab that was opened in the first post neither reads nor writes while the second is the present one.
    assert not kept(client, account.post)
    assert save(account, client=client, fields={"text": "迟到的话"}) == 422
    assert not kept(client, second)
    client.post("/switch-post/", {"post": account.post.pk})
    assert kept(client, account.post) == {"text": "走访三户"}


def test_the_latest_words_count_and_empty_ones_take_it_away(account: Account) -> None:
    save(account)
    save(account, fields={"text": "走访四户"})
    assert FormDraft.objects.get().fields == {"text": "走访四户"}
    save(account, fields={"text": "  "})
    assert not FormDraft.objects.exists()


def test_secrets_and_what_is_too_large_are_not_kept(account: Account) -> None:
    assert save(account, fields={"text": "字", "password": "x", "csrfmiddlewaretoken": "y", "new_password": "z"}) == 204
    assert FormDraft.objects.get().fields == {"text": "字"}
    assert save(account, form="large", fields={"text": "字" * drafts.LARGEST}) == 422
    assert save(account, form="x" * 201) == 422
    garbage = {"form": "note", "post": account.post.pk, "fields": "no object"}
    assert signed_in(account).post("/drafts/", garbage).status_code == 422


def test_sending_the_form_takes_its_draft_away_and_a_refusal_keeps_it(tree: Tree, account: Account) -> None:
    campaign = make_campaign(root=tree.city)
    task = make_work(campaign=campaign, assigner=tree.city, units=[tree.departments[1]]).tasks[0]
    client = signed_in(account)
    save(account)
    save(account, form="another")
    assert client.post("/tasks/note/", {"task": task.pk, "text": "", "draft": "note"}).status_code == 422
    assert FormDraft.objects.filter(form="note").exists()
    assert client.post("/tasks/note/", {"task": task.pk, "text": "走访三户", "draft": "note"}).status_code == 302
    assert list(FormDraft.objects.values_list("form", flat=True)) == ["another"]


def test_old_ones_are_cleared(account: Account) -> None:
    save(account)
    now = timezone.now()
    assert drafts.clear(before=now - timedelta(minutes=5), most=10) == 0
    assert (
        drafts.overdue(before=now + timedelta(minutes=5)),
        drafts.clear(before=now + timedelta(minutes=5), most=10),
    ) == (1, 1)


def test_forms_that_are_kept_name_themselves(tree: Tree, account: Account) -> None:
    campaign = make_campaign(root=tree.city)
    work = make_work(campaign=campaign, assigner=tree.city, units=[tree.departments[1]], status="in_hand")
    task = work.tasks[0]
    page = signed_in(account).get(f"/tasks/{task.pk}/").content.decode()
    assert {f"task-{task.pk}-feedback", f"task-{task.pk}-ask_done", f"task-{task.pk}-change"} <= names(page)
    work.assignment.is_principals_own = True
    work.assignment.save()
    page = signed_in(account).get(f"/tasks/{task.pk}/").content.decode()
    assert {f"task-{task.pk}-ask_done", f"task-{task.pk}-put-before-later"} <= names(page)


def names(page: str) -> set[str]:
    """The drafts that the forms of a page keep."""
    return set(re.findall(r'data-draft="([^"]*)"', page))


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        ("office_clerk", "/office/wanted/register/", "register-call"),
        ("office_clerk", "/office/matters/new/coordination/", "matter-coordination"),
        ("office_clerk", "/burden/requests/new/", "data-request"),
        ("office_clerk", "/directives/meetings/new/", "meeting-/directives/meetings/new/-0"),
    ],
)
def test_forms_of_an_office_are_kept_and_a_refused_one_is_not_overwritten(
    tree: Tree, role: str, path: str, name: str
) -> None:
    make_campaign(root=tree.city)
    client = signed_in(make_person_with_account(unit=tree.city, role=role))
    page = client.get(path).content.decode()
    assert name in names(page)
    assert "data-draft-fresh" in page
    refused = client.post(path, {"draft": name})
    assert refused.status_code == 422
    assert name in names(refused.content.decode())
    # What was sent and refused stands in the fields; nothing older is put over it.
    assert "data-draft-fresh" not in refused.content.decode()


def test_what_is_passed_down_is_kept_for_just_these_items(tree: Tree) -> None:
    campaign, township = make_campaign(root=tree.city), tree.townships[0]
    work = make_work(campaign=campaign, assigner=tree.city, units=[township], status="in_hand")
    client = signed_in(make_person_with_account(unit=township, role="township_recorder"))
    page = client.get(f"/tasks/pass-down/?task={work.tasks[0].pk}").content.decode()
    assert f"pass-down-{work.tasks[0].pk}-1" in names(page)

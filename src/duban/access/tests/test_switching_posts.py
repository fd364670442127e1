"""A person in several posts acts in one of them at a time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from duban.access.models import Grant
from duban.config import factories
from duban.organisation.models import Post
from duban.organisation.states import PostKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(tree: factories.Tree) -> factories.Account:
    return factories.make_person_with_account(unit=tree.departments[1], role="unit_liaison", post_kind=PostKind.LIAISON)


@pytest.fixture
def other_post(tree: factories.Tree, account: factories.Account) -> Post:
    assert tree.group is not None
    post = Post.objects.create(
        unit=tree.group, person=account.person, kind=PostKind.MEMBER, starts_on=factories.LONG_AGO
    )
    Grant.objects.create(
        user=account.user,
        post=post,
        role="security_admin",
        reach="subtree",
        unit=tree.city,
        starts_at=timezone.now() - timedelta(days=1),
    )
    return post


def test_a_switch_changes_what_one_may_do_and_the_key_of_the_session(
    client: Client, account: factories.Account, other_post: Post
) -> None:
    client.force_login(account.user)
    assert client.get("/access/").status_code == 403
    before = client.session.session_key
    assert client.post("/switch-post/", {"post": str(other_post.pk)}).status_code == 302
    assert client.session.session_key != before
    assert client.get("/access/").status_code == 200
    client.post("/switch-post/", {"post": str(account.post.pk)})
    assert client.get("/access/").status_code == 403


def test_a_post_of_somebody_else_is_refused(client: Client, account: factories.Account, tree: factories.Tree) -> None:
    theirs = factories.make_person_with_account(unit=tree.city, role="office_head").post
    client.force_login(account.user)
    for word in (str(theirs.pk), "", "x", "999999999999999999999"):
        assert client.post("/switch-post/", {"post": word}).status_code == 403
    assert "post" not in client.session


def test_a_post_that_ended_counts_no_more_on_the_next_request(
    client: Client, account: factories.Account, other_post: Post
) -> None:
    client.force_login(account.user)
    client.post("/switch-post/", {"post": str(other_post.pk)})
    assert client.get("/access/").status_code == 200
    Post.objects.filter(pk=other_post.pk).update(ends_on=timezone.localdate())
    assert client.get("/access/").status_code == 403


def test_the_frame_offers_the_other_posts(client: Client, account: factories.Account, other_post: Post) -> None:
    client.force_login(account.user)
    page = client.get("/campaigns/").content.decode()
    assert f'name="post" value="{other_post.pk}"' in page
    assert f'name="post" value="{account.post.pk}"' not in page

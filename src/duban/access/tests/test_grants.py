"""Granting roles: who may, over what, and from when it holds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from duban.access import commands, queries
from duban.access.models import Grant
from duban.access.roles import known_roles
from duban.access.states import Reach
from duban.access.words import ROLE_WORDS
from duban.audit.models import AuditEvent
from duban.config import factories
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation.models import Post, Unit
from duban.organisation.policy import OrganisationCapability

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(tree: factories.Tree) -> Actor:
    """The security administrator of the city."""
    return factories.actor_with(unit=tree.city, role="security_admin", at=timezone.now())


@pytest.fixture
def account(tree: factories.Tree) -> factories.Account:
    return factories.make_person_with_account(unit=tree.departments[1], role="member")


def give(actor: Actor, account: factories.Account, unit: Unit, **changes: object) -> Grant:
    given: dict[str, object] = {"role": "unit_liaison", "reach": Reach.SUBTREE, "at": timezone.now()} | changes
    return commands.grant_role(actor=actor, user_id=account.user.pk, unit_id=unit.pk, **given)  # type: ignore[arg-type]


def actor_now(account: factories.Account) -> Actor:
    return queries.actor_of(user_id=account.user.pk, post_id=account.post.pk, at=timezone.now())


def test_every_role_has_a_word_and_every_word_a_role() -> None:
    assert list(ROLE_WORDS) == known_roles()


def test_a_role_over_a_subtree_holds_there_and_nowhere_else(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    give(admin, account, tree.counties[0], role="county_office")
    scope = actor_now(account).scope("task.assign")
    assert scope.covers(tree.counties[0])
    assert scope.covers(tree.below(tree.counties[0])[-1])
    assert not scope.covers(tree.counties[1])
    assert not scope.covers(tree.city)


def test_a_role_over_listed_units_holds_in_these_only(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    assert tree.group is not None
    listed = [tree.counties[0].pk, tree.departments[2].pk]
    give(admin, account, tree.group, role="group_head", reach=Reach.LISTED, listed=listed)
    scope = actor_now(account).scope("task.view")
    assert scope.unit_ids == frozenset(listed)
    assert not scope.covers(tree.below(tree.counties[0])[0])


def test_a_grant_bound_to_a_post_is_held_while_the_post_is(admin: Actor, tree: factories.Tree) -> None:
    unit, now = tree.departments[1], timezone.now()
    clerk = factories.make_person_with_account(unit=unit, role="member")

    def holding() -> list[int]:
        return queries.users_holding(actor=admin, capability="task.check", unit_id=unit.pk, at=now)

    give(admin, clerk, unit, role="office_clerk", post_id=clerk.post.pk, at=now)
    assert holding() == [clerk.user.pk]
    today = timezone.localdate(now)
    Post.objects.filter(pk=clerk.post.pk).update(ends_on=today + timedelta(days=1))
    assert holding() == [clerk.user.pk]
    Post.objects.filter(pk=clerk.post.pk).update(ends_on=today)
    assert holding() == []


def test_nobody_grants_themselves(tree: factories.Tree) -> None:
    mine = factories.make_person_with_account(unit=tree.city, role="security_admin")
    with pytest.raises(NotAllowed):
        give(actor_now(mine), mine, tree.city, role="office_head")


def test_nobody_grants_beyond_their_subtree(account: factories.Account, tree: factories.Tree) -> None:
    county = factories.actor_with(unit=tree.counties[0], role="security_admin", at=timezone.now())
    give(county, account, tree.below(tree.counties[0])[0])
    for unit in (tree.city, tree.counties[1], tree.departments[1]):
        with pytest.raises(NotFound):
            give(county, account, unit)
    with pytest.raises(NotFound):
        give(county, account, tree.counties[0], reach=Reach.LISTED, listed=[tree.counties[1].pk])


@pytest.mark.parametrize("role", [role for role in ROLE_WORDS if role != "security_admin"])
def test_nobody_but_the_security_administrator_grants(
    role: str, account: factories.Account, tree: factories.Tree
) -> None:
    actor = factories.actor_with(unit=tree.city, role=role, at=timezone.now())
    with pytest.raises(NotAllowed):
        give(actor, account, tree.departments[1])


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("held", ["system_admin", "security_admin", "audit_admin"])
def test_the_three_administrators_are_three_people(role: str, held: str, admin: Actor, tree: factories.Tree) -> None:
    other = factories.make_person_with_account(unit=tree.counties[0], role=held)
    if role == held:
        give(admin, other, tree.counties[1], role=role)
        return
    with pytest.raises(InvalidInput, match="三人分别担任"):
        give(admin, other, tree.counties[1], role=role)
    commands.end_grant(actor=admin, grant_id=other.grant.pk, reason="rotation", at=timezone.now())
    give(admin, other, tree.counties[1], role=role)


def test_two_administrations_may_follow_each_other(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    now = timezone.now()
    give(admin, account, tree.city, role="system_admin", starts_at=now + timedelta(days=5))
    give(admin, account, tree.city, role="audit_admin", ends_at=now + timedelta(days=5))
    with pytest.raises(InvalidInput):
        give(admin, account, tree.counties[0], role="audit_admin", ends_at=now + timedelta(days=6))


def test_nobodys_account_administers_nothing(admin: Actor, account: factories.Account, tree: factories.Tree) -> None:
    type(account.person).objects.filter(pk=account.person.pk).update(user=None)
    with pytest.raises(InvalidInput):
        give(admin, account, tree.city, role="audit_admin")


def test_a_grant_holds_from_its_start_until_its_end(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    now = timezone.now()
    give(admin, account, tree.city, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))

    def may(hours: int) -> bool:
        at = now + timedelta(hours=hours)
        return queries.actor_of(user_id=account.user.pk, post_id=None, at=at).holds("task.answer")

    assert [may(23), may(25), may(47), may(49)] == [False, True, True, False]


def test_an_ended_grant_is_gone_and_its_row_stays(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    grant = give(admin, account, tree.city)
    assert actor_now(account).holds("task.answer")
    commands.end_grant(actor=admin, grant_id=grant.pk, reason="moved on", at=timezone.now())
    assert not actor_now(account).holds("task.answer")
    kept = Grant.objects.get(pk=grant.pk)
    assert (kept.ended_reason, kept.ended_by) == ("moved on", admin.user_id)
    with pytest.raises(IllegalStep):
        commands.end_grant(actor=admin, grant_id=grant.pk, reason="again", at=timezone.now())


def test_a_grant_still_to_begin_never_does_once_ended(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    start = timezone.now() + timedelta(days=1)
    grant = give(admin, account, tree.city, starts_at=start)
    commands.end_grant(actor=admin, grant_id=grant.pk, reason="mistake", at=timezone.now())
    later = queries.actor_of(user_id=account.user.pk, post_id=None, at=start + timedelta(days=1))
    assert not later.holds("task.answer")


def test_who_sees_grants_without_keeping_them_ends_none(account: factories.Account, tree: factories.Tree) -> None:
    auditor = factories.actor_with(unit=tree.city, role="audit_admin", at=timezone.now())
    with pytest.raises(NotAllowed):
        commands.end_grant(actor=auditor, grant_id=account.grant.pk, reason="x", at=timezone.now())


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "emperor"},
        {"reach": "everywhere"},
        {"reach": Reach.LISTED},
        {"post_id": 0},
        {"ends_at": factories.SOME_MOMENT},
    ],
)
def test_refuses_what_cannot_be_granted(
    changes: dict[str, object], admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    with pytest.raises(InvalidInput):
        give(admin, account, tree.city, **changes)


def test_refuses_the_same_grant_twice(admin: Actor, account: factories.Account, tree: factories.Tree) -> None:
    give(admin, account, tree.city)
    with pytest.raises(InvalidInput):
        give(admin, account, tree.city)
    give(admin, account, tree.counties[0])


def test_an_ended_account_is_granted_nothing(admin: Actor, account: factories.Account, tree: factories.Tree) -> None:
    type(account.user).objects.filter(pk=account.user.pk).update(is_active=False)
    with pytest.raises(NotFound):
        give(admin, account, tree.city)


def test_giving_and_ending_are_recorded(admin: Actor, account: factories.Account, tree: factories.Tree) -> None:
    grant = give(admin, account, tree.city)
    commands.end_grant(actor=admin, grant_id=grant.pk, reason="moved on", at=timezone.now())
    events = AuditEvent.objects.filter(object_kind="grant", object_id=grant.pk).order_by("id")
    assert [event.verb for event in events] == ["grant.give", "grant.end"]
    assert "moved on" in events[1].payload


def test_the_list_stays_in_the_subtree_and_in_protocol_order(admin: Actor, tree: factories.Tree) -> None:
    for unit in (tree.villages[5], tree.counties[1], tree.departments[0], tree.villages[-1]):
        factories.make_person_with_account(unit=unit, role="unit_liaison")
    lines = queries.grants_page(actor=admin, at=timezone.now()).rows
    paths = [line.grant.unit.order_path for line in lines if line.grant.unit]
    assert paths == sorted(paths)
    county = factories.actor_with(unit=tree.counties[0], role="security_admin", at=timezone.now())
    units = {
        line.grant.unit.name for line in queries.grants_page(actor=county, at=timezone.now()).rows if line.grant.unit
    }
    assert units == {tree.counties[0].name, tree.villages[5].name}


def test_the_list_is_paged_without_loss(admin: Actor, tree: factories.Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    for unit in tree.villages[:7]:
        factories.make_person_with_account(unit=unit, role="unit_liaison")
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    seen: list[int] = []
    after = ""
    for _ in range(10):
        page = queries.grants_page(actor=admin, at=timezone.now(), after=after)
        seen += [line.grant.pk for line in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8


def test_the_list_is_filtered_by_role_and_name(admin: Actor, tree: factories.Tree) -> None:
    factories.make_person_with_account(unit=tree.city, role="office_head", name="欧阳小试")
    factories.make_person_with_account(unit=tree.city, role="office_clerk")
    now = timezone.now()
    assert [line.person_name for line in queries.grants_page(actor=admin, at=now, name="小试").rows] == ["欧阳小试"]
    assert len(queries.grants_page(actor=admin, at=now, role="office_clerk").rows) == 1


def test_a_unit_is_found_by_name_or_number(admin: Actor, tree: factories.Tree) -> None:
    unit = tree.departments[1]
    assert queries.unit_called(actor=admin, words=f" {unit.name} ") == unit
    assert queries.unit_called(actor=admin, words=f"{unit.name} #{unit.pk}") == unit
    Unit.objects.filter(pk=tree.departments[2].pk).update(name=unit.name)
    with pytest.raises(InvalidInput, match=f"#{tree.departments[2].pk}"):
        queries.unit_called(actor=admin, words=unit.name)
    with pytest.raises(InvalidInput):
        queries.unit_called(actor=admin, words="Atlantis")
    assert queries.suggested_units(actor=admin, words="") == []
    assert unit in queries.suggested_units(actor=admin, words=unit.name[:4])


def test_a_grant_bound_to_a_post_counts_in_that_post_only(
    admin: Actor, account: factories.Account, tree: factories.Tree
) -> None:
    give(admin, account, tree.city, role="office_head", post_id=account.post.pk)
    assert actor_now(account).scope(OrganisationCapability.EDIT).covers(tree.city)

"""One reminder per person and day, for those who answer for units, and never for a principal."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from duban.access.models import Grant
from duban.access.states import Reach
from duban.accounts.models import User
from duban.audit.models import AuditEvent
from duban.config.factories import (
    LONG_AGO,
    SOME_DAY,
    SOME_MOMENT,
    Account,
    Tree,
    actor_for,
    actor_with,
    make_person_with_account,
)
from duban.kernel.authority import Actor
from duban.kernel.errors import NotAllowed, NotFound
from duban.notices import commands, queries
from duban.notices.commands import DueSoon
from duban.notices.models import Digest, DigestLine
from duban.organisation.models import Post, Unit
from duban.organisation.states import PostKind

SYSTEM = Actor.system("test")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def falling_due(units: Sequence[Unit], numbers: tuple[int, int, int] = (1, 2, 3)) -> DueSoon:
    """What the tasks would answer: the same numbers for each of the units."""
    ids = sorted(unit.pk for unit in units)

    def due_soon(
        *, actor: Actor, spans: Mapping[int, tuple[date, date]], after: int, most: int
    ) -> list[tuple[int, int, int, int]]:
        return [(unit_id, *numbers) for unit_id in ids if unit_id > after][:most]

    return due_soon


def remind(units: Sequence[Unit], *, at: datetime = SOME_MOMENT, most: int = commands.STEP) -> int:
    steps = 1
    while commands.remind_next(actor=SYSTEM, due_soon=falling_due(units), at=at, most=most):
        steps += 1
    return steps


def liaison(unit: Unit) -> Account:
    return make_person_with_account(unit=unit, role="unit_liaison", reach=Reach.UNIT, post_kind=PostKind.LIAISON)


def village_below(tree: Tree, township: Unit) -> list[Unit]:
    return [unit for unit in tree.villages if unit.path.startswith(township.path)]


def reminded() -> dict[str, set[int]]:
    return {
        user.sign_in_name: set(DigestLine.objects.filter(digest__user=user).values_list("unit_id", flat=True))
        for user in User.objects.filter(pk__in=Digest.objects.values("user"))
    }


def test_a_liaison_is_told_of_the_own_unit_and_a_recorder_of_all_of_the_township(tree: Tree) -> None:
    township = tree.townships[0]
    villages = village_below(tree, township)
    own = liaison(villages[0])
    recorder = make_person_with_account(unit=township, role="township_recorder")
    listed = make_person_with_account(
        unit=tree.townships[1], role="township_recorder", reach=Reach.LISTED, listed=villages[1:3]
    )
    make_person_with_account(unit=tree.city, role="office_clerk")
    remind([*villages, tree.villages[-1]])
    assert reminded() == {
        own.user.sign_in_name: {villages[0].pk},
        recorder.user.sign_in_name: {unit.pk for unit in villages},
        listed.user.sign_in_name: {unit.pk for unit in villages[1:3]},
    }
    seen = queries.digest_of(actor=actor_for(account=recorder), on=SOME_DAY)
    assert seen is not None
    count = len(villages)
    assert (seen.in_one, seen.in_three, seen.in_five, seen.unit_count) == (count, 2 * count, 3 * count, count)
    assert [line.unit.order_path for line in seen.units] == sorted(line.unit.order_path for line in seen.units)


def test_nothing_is_addressed_to_a_principal_by_whatever_way_they_are_one(tree: Tree) -> None:
    village, other = tree.villages[:2]
    # A liaison who heads another unit; one who holds the role as well; the principal; a deputy and a secretary.
    heads = liaison(village)
    Post.objects.create(unit=other, person=heads.person, kind=PostKind.PRINCIPAL, starts_on=LONG_AGO)
    granted = liaison(village)
    Grant.objects.create(
        user=granted.user, role="unit_principal", reach=Reach.UNIT, unit=village, starts_at=granted.grant.starts_at
    )
    for role, kind in (
        ("unit_principal", PostKind.PRINCIPAL),
        ("unit_deputy", PostKind.DEPUTY),
        ("branch_secretary", PostKind.SECRETARY),
    ):
        make_person_with_account(unit=village, role=role, reach=Reach.UNIT, post_kind=kind)
    remind([village])
    assert reminded() == {}
    # A principal of earlier days is one no longer.
    former, third = liaison(other), tree.villages[2]
    Post.objects.create(
        unit=third, person=former.person, kind=PostKind.PRINCIPAL, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    remind([other], at=SOME_MOMENT + timedelta(days=1))
    assert reminded() == {former.user.sign_in_name: {other.pk}}


def test_an_ended_grant_a_closed_account_and_an_ended_post_are_told_nothing(tree: Tree) -> None:
    village = tree.villages[0]
    ended, closed, left = liaison(village), liaison(village), liaison(village)
    Grant.objects.filter(pk=ended.grant.pk).update(ends_at=SOME_MOMENT)
    User.objects.filter(pk=closed.user.pk).update(is_active=False)
    Grant.objects.filter(pk=left.grant.pk).update(post=left.post)
    Post.objects.filter(pk=left.post.pk).update(ends_on=SOME_DAY)
    remind([village])
    assert reminded() == {}


def test_it_may_run_as_often_as_it_likes_and_goes_in_steps(tree: Tree) -> None:
    township = tree.townships[0]
    villages = village_below(tree, township)
    recorder = make_person_with_account(unit=township, role="township_recorder")
    events = AuditEvent.objects.count()
    assert remind(villages, most=2) == len(villages) // 2 + 1
    assert Digest.objects.count() == 1
    assert DigestLine.objects.count() == len(villages)
    assert remind(villages) == 1
    assert remind([*villages, tree.villages[-1]], at=SOME_MOMENT + timedelta(hours=1)) == 1
    assert DigestLine.objects.count() == len(villages)
    assert AuditEvent.objects.count() == events + 1
    assert json.loads(AuditEvent.objects.latest("pk").payload)["people"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Digest.objects.create(user=recorder.user, day=SOME_DAY, made_at=SOME_MOMENT)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 2, 7, 59, tzinfo=SHANGHAI),
        datetime(2026, 3, 2, 20, 0, tzinfo=SHANGHAI),
        datetime(2026, 3, 2, 0, 0, tzinfo=SHANGHAI),
        # A Saturday, and a day of the national holiday.
        datetime(2026, 3, 7, 10, 0, tzinfo=SHANGHAI),
        datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI),
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_day_off(tree: Tree, moment: datetime) -> None:
    liaison(tree.villages[0])
    remind([tree.villages[0]], at=moment)
    assert reminded() == {}


@pytest.mark.parametrize("hour", [8, 19])
def test_the_first_and_the_last_hour_of_the_day_count(tree: Tree, hour: int) -> None:
    liaison(tree.villages[0])
    remind([tree.villages[0]], at=datetime(2026, 3, 2, hour, 0 if hour == 8 else 59, tzinfo=SHANGHAI))
    assert len(reminded()) == 1


def test_each_due_date_is_told_on_five_three_and_one_working_day_before_it(db: None) -> None:
    # Monday to Monday; the weekend lies between.
    spans = queries.spans(actor=SYSTEM, day=date(2026, 3, 2))
    assert spans[1] == (date(2026, 3, 3), date(2026, 3, 3))
    assert spans[3] == (date(2026, 3, 5), date(2026, 3, 5))
    assert spans[5] == (date(2026, 3, 9), date(2026, 3, 9))
    # What is due on a Sunday is told with the Friday before it.
    sunday = date(2026, 3, 15)
    told = [
        (day, n)
        for day in (date(2026, 3, 2) + timedelta(days=k) for k in range(14))
        if day.weekday() < 5
        for n, (first, last) in queries.spans(actor=SYSTEM, day=day).items()
        if first <= sunday <= last
    ]
    assert [n for _day, n in told] == [5, 3, 1]
    assert told[-1][0] == date(2026, 3, 12)


def test_everybody_reads_their_own_until_it_is_put_aside_or_the_day_is_over(tree: Tree) -> None:
    village = tree.villages[0]
    account, colleague = liaison(village), liaison(village)
    mine, theirs = actor_for(account=account), actor_for(account=colleague)
    remind([village])
    events = AuditEvent.objects.count()
    assert queries.digest_of(actor=mine, on=SOME_DAY + timedelta(days=1)) is None
    assert queries.digest_of(actor=SYSTEM, on=SOME_DAY) is None
    commands.put_aside(actor=mine, day=SOME_DAY, at=SOME_MOMENT)
    assert queries.digest_of(actor=mine, on=SOME_DAY) is None
    assert queries.digest_of(actor=theirs, on=SOME_DAY) is not None
    assert AuditEvent.objects.count() == events, "nobody is watched reading"
    remind([village], at=SOME_MOMENT + timedelta(hours=2))
    assert queries.digest_of(actor=mine, on=SOME_DAY) is None
    for actor in (actor_with(unit=tree.city, role="office_head"), SYSTEM):
        with pytest.raises(NotFound):
            commands.put_aside(actor=actor, day=SOME_DAY, at=SOME_MOMENT)


def test_whoever_switches_it_off_is_told_no_more_until_it_is_on_again(tree: Tree) -> None:
    village = tree.villages[0]
    account, colleague = liaison(village), liaison(village)
    mine = actor_for(account=account)
    remind([village])
    events = AuditEvent.objects.count()
    assert queries.is_reminded(actor=mine)
    for _twice in range(2):
        commands.switch_digest(actor=mine, is_on=False)
    assert not queries.is_reminded(actor=mine)
    assert queries.is_reminded(actor=actor_for(account=colleague))
    assert queries.digest_of(actor=mine, on=SOME_DAY) is None
    remind([village], at=SOME_MOMENT + timedelta(days=1))
    told = Digest.objects.filter(day=SOME_DAY + timedelta(days=1))
    assert [digest.user_id for digest in told] == [colleague.user.pk]
    for _twice in range(2):
        commands.switch_digest(actor=mine, is_on=True)
    remind([village], at=SOME_MOMENT + timedelta(days=2))
    assert queries.digest_of(actor=mine, on=SOME_DAY + timedelta(days=2)) is not None
    assert AuditEvent.objects.filter(pk__gt=0).count() - events == 2, "the two runs alone are recorded"
    with pytest.raises(NotAllowed):
        commands.switch_digest(actor=SYSTEM, is_on=False)


def test_they_are_removed_after_their_time(tree: Tree) -> None:
    account = liaison(tree.villages[0])
    remind([tree.villages[0]])
    earlier = SOME_MOMENT - timedelta(days=9)
    Digest.objects.create(user=account.user, day=SOME_DAY - timedelta(days=9), made_at=earlier)
    assert queries.overdue_digests(actor=SYSTEM, before=SOME_MOMENT) == 1
    assert commands.clear_digests(actor=SYSTEM, before=SOME_MOMENT, most=10) == 1
    assert list(Digest.objects.values_list("day", flat=True)) == [SOME_DAY]
    assert commands.clear_digests(actor=SYSTEM, before=SOME_MOMENT + timedelta(days=1), most=10) == 1
    assert not DigestLine.objects.exists()

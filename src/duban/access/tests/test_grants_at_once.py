"""Two administrators grant at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from duban.access import commands
from duban.access.models import Grant
from duban.access.states import Reach
from duban.config import factories
from duban.config.testing import Database
from duban.kernel.errors import InvalidInput


def test_two_grants_at_once_do_not_make_one_account_two_administrators(own_database: Database) -> None:
    tree = factories.build_tree(counties=1, townships=0, villages=0)
    admin = factories.actor_with(unit=tree.city, role="security_admin", at=timezone.now())
    account = factories.make_person_with_account(unit=tree.city, role="member")
    together = Barrier(2)

    def give(role: str) -> bool:
        try:
            together.wait(timeout=10)
            commands.grant_role(
                actor=admin,
                user_id=account.user.pk,
                role=role,
                reach=Reach.SUBTREE,
                unit_id=tree.city.pk,
                at=timezone.now(),
            )
        except InvalidInput:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as two:
        granted = list(two.map(give, ["system_admin", "audit_admin"]))
    assert sorted(granted) == [False, True]
    assert Grant.objects.filter(user=account.user, role__in=["system_admin", "audit_admin"]).count() == 1


def test_the_database_itself_refuses_the_second_of_two_open_transactions(own_database: Database) -> None:
    """Past every command: the second insert waits for the first transaction and fails when that one is kept."""
    tree = factories.build_tree(counties=1, townships=0, villages=0)
    account = factories.make_person_with_account(unit=tree.city, role="member")
    inserted, checked = Event(), Event()

    def keep(role: str) -> Grant:
        return Grant.objects.create(
            user=account.user, role=role, reach=Reach.SUBTREE, unit=tree.city, starts_at=timezone.now()
        )

    def first() -> None:
        with transaction.atomic():
            keep("system_admin")
            inserted.set()
            checked.wait(timeout=1)
        connection.close()

    with ThreadPoolExecutor(1) as other:
        running = other.submit(first)
        assert inserted.wait(timeout=10)
        with pytest.raises(IntegrityError, match="grant_three_administrators"), transaction.atomic():
            keep("audit_admin")
        checked.set()
        running.result()
    keep("system_admin")
    with pytest.raises(IntegrityError, match="grant_three_administrators"), transaction.atomic():
        keep("security_admin")
    assert set(Grant.objects.filter(role__endswith="_admin").values_list("role", flat=True)) == {"system_admin"}

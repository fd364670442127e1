"""Two administrators grant at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.utils import timezone

from duban.access import commands
from duban.access.models import Grant
from duban.access.states import Reach
from duban.config import factories
from duban.config.testing import Database
from duban.kernel.errors import NotAllowed


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
        except NotAllowed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as two:
        granted = list(two.map(give, ["system_admin", "audit_admin"]))
    assert sorted(granted) == [False, True]
    assert Grant.objects.filter(user=account.user, role__in=["system_admin", "audit_admin"]).count() == 1

"""The first sign-in of a new installation."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from duban.access import commands as access
from duban.access.states import Reach
from duban.accounts import commands as accounts
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation import commands as organisation
from duban.organisation import queries as units
from duban.organisation.states import Field, Kind, Level


@transaction.atomic
def create_first_administrator(
    *, actor: Actor, sign_in_name: str, name: str, unit_name: str, password: str, at: datetime
) -> None:
    """
    Make the top unit where there is none, and a security administrator over it, who opens all other accounts.

    :raises InvalidInput: if there is no unit and none was named, or the password is too easy
    """
    try:
        root = units.top_unit(actor=actor)
    except NotFound:
        if not unit_name.strip():
            raise InvalidInput("There is no unit yet: name the top one with --unit.") from None
        root = organisation.create_unit(
            actor=actor,
            parent_id=None,
            name=unit_name.strip(),
            level=Level.CITY,
            field=Field.ORGAN,
            kind=Kind.TOP,
            valid_from=timezone.localdate(at),
            at=at,
        )
    user = accounts.create_user(actor=actor, sign_in_name=sign_in_name, password=password, at=at)
    person = organisation.add_person(actor=actor, name=name, at=at, user_id=user.pk)
    organisation.appoint(
        actor=actor, unit_id=root.pk, person_id=person.pk, kind="clerk", starts_on=timezone.localdate(at), at=at
    )
    access.grant_role(actor=actor, user_id=user.pk, role="security_admin", reach=Reach.SUBTREE, unit_id=root.pk, at=at)

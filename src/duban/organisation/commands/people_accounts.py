"""Giving a person their account."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.accounts.policy import AccountsCapability
from duban.audit import commands as audit
from duban.kernel.authority import Actor, decide
from duban.kernel.errors import InvalidInput, NotFound
from duban.organisation import queries
from duban.organisation.models import Person


@transaction.atomic
def give_account(*, actor: Actor, person_id: int, user_id: int, at: datetime) -> Person:
    """
    Tie an account to a person who holds a post; both have only one.

    :raises NotFound: if there is no such person
    :raises NotAllowed: if the person holds a post in a unit where this actor keeps no accounts
    :raises InvalidInput: if the person holds no post today or has an account, or the account belongs to another person
    """
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound(_("There is no such person."))
    posts = queries.posts_of_person(actor=actor, person_id=person.pk, on=timezone.localdate(at))

    for post in posts:
        decide(actor=actor, capability=AccountsCapability.EDIT, unit=post.unit).require()
    if not posts:
        raise InvalidInput(_("Who holds no post is given no account."))
    if person.user_id is not None:
        raise InvalidInput(_("This person has an account already."))
    if Person.objects.filter(user_id=user_id).exists():
        raise InvalidInput(_("This account belongs to another person."))

    return tie_account(actor=actor, person=person, user_id=user_id, unit_id=posts[0].unit_id, at=at)


def tie_account(*, actor: Actor, person: Person, user_id: int, unit_id: int, at: datetime) -> Person:
    """Tie a new account to a person whose row is locked; the caller has decided that this actor may."""
    person.user_id = user_id
    person.save(update_fields=["user"])

    audit.record(
        actor=actor,
        verb="person.account",
        object_kind="person",
        object_id=person.pk,
        unit_id=unit_id,
        at=at,
        payload={"user": user_id},
    )
    return person

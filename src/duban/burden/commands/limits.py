"""Setting caps, blocking days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.audit import commands as audit
from duban.burden import policy, queries
from duban.burden.models import BlockedPeriod, Cap
from duban.burden.states import CapEffect
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation import queries as organisation
from duban.organisation.states import Kind

LIMITS = ("requests", "minutes", "documents", "falling_due")
HIGHEST = 100_000
LONGEST_DAYS = 366


@transaction.atomic
def set_cap(*, actor: Actor, unit_kind: str, limits: Mapping[str, int], effect: str, at: datetime) -> Cap:
    """
    Set the most that may be asked in one week of a unit of a kind; it holds for everything asked from now on.

    `limits` names requests, minutes, documents and falling_due.

    :raises NotAllowed: if this actor does not head the office of the top unit
    :raises InvalidInput: if the kind is not known or a number cannot be used
    """
    policy.may_set_caps(actor).require()
    if unit_kind not in Kind.values or effect not in CapEffect.values or set(limits) != set(LIMITS):
        raise InvalidInput(_("Please choose a kind of unit and what happens above the cap."))
    if any(not 0 <= number <= HIGHEST for number in limits.values()):
        raise InvalidInput(_("A cap is a number from 0 to 100,000."))

    # A booking holds this row while it counts, so it is decided by the cap before or after, never by both.
    earlier = Cap.objects.select_for_update().filter(unit_kind=unit_kind).first()
    before = {name: getattr(earlier, name) for name in (*LIMITS, "effect")} if earlier else None
    after = {**limits, "effect": effect}
    cap, _created = Cap.objects.update_or_create(unit_kind=unit_kind, defaults=after)

    audit.record(
        actor=actor,
        verb="cap.set",
        object_kind="cap",
        object_id=cap.pk,
        at=at,
        payload={"kind": unit_kind, **after},
        before=before,
        after=after,
    )
    return cap


@transaction.atomic
def block_days(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    from_on: date,
    until_on: date,
    at: datetime,
    kinds: Sequence[str] = (),
    with_below: bool = True,
    is_closed: bool = False,
) -> BlockedPeriod:
    """
    Say on which days nothing should fall due: harvest, examinations, shifts (R-030).

    An office blocks days for its units, closed ones too; a unit only states its own busy season, which warns.

    :raises NotFound: if this actor cannot see the unit
    :raises NotAllowed: if this actor may not block days there
    :raises InvalidInput: if it has no name, ends before it begins, or lasts longer than a year
    """
    unit = organisation.get_unit(actor=actor, unit_id=unit_id)
    if not policy.may_block(actor, unit):
        policy.may_state_own_busy_days(actor, unit).require()
        with_below, is_closed, kinds = False, False, ()
    if not name.strip():
        raise InvalidInput(
            _("Please say what it is: harvest, examinations …"),
            fields={"name": _("Please say what it is: harvest, examinations …")},
        )
    if not 0 <= (until_on - from_on).days <= LONGEST_DAYS:
        sentence = _("The last day must not lie before the first, nor more than a year after it.")
        raise InvalidInput(sentence, fields={"until_on": sentence})
    if any(kind not in Kind.values for kind in kinds):
        raise InvalidInput(_("This kind of unit is not known."))

    period = BlockedPeriod.objects.create(
        unit=unit,
        with_below=with_below,
        kinds=list(kinds),
        name=name.strip()[:60],
        from_on=from_on,
        until_on=until_on,
        is_closed=is_closed,
        set_by=actor.user_id,
    )
    audit.record(
        actor=actor,
        verb="blocked_period.set",
        object_kind="blocked_period",
        object_id=period.pk,
        unit_id=unit.pk,
        at=at,
        payload={
            "name": period.name,
            "from_on": from_on,
            "until_on": until_on,
            "kinds": list(kinds),
            "with_below": with_below,
            "is_closed": is_closed,
        },
    )
    return period


@transaction.atomic
def end_period(*, actor: Actor, period_id: int, at: datetime) -> BlockedPeriod:
    """
    Take a blocked period away; its row stays.

    :raises NotFound: if this actor cannot see it
    :raises NotAllowed: if this actor may not take it away
    """
    period = queries.get_period(actor=actor, period_id=period_id)
    if not queries.may_end(actor=actor, period=period):
        policy.may_block(actor, period.unit).require()
    changed = BlockedPeriod.objects.filter(pk=period.pk, ended_at__isnull=True).update(ended_at=at)
    if changed:
        audit.record(
            actor=actor,
            verb="blocked_period.end",
            object_kind="blocked_period",
            object_id=period.pk,
            unit_id=period.unit_id,
            at=at,
        )
    period.refresh_from_db()
    return period

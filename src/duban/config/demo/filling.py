"""Filling an empty database with the demonstration city, by the same commands that offices use."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from duban.access import commands as access
from duban.access.states import Reach
from duban.accounts import commands as accounts
from duban.accounts.demonstration import PASSWORD
from duban.campaigns import commands as campaigns
from duban.campaigns.models import Campaign
from duban.config.demo.above import pass_on, register_meetings
from duban.config.demo.acts import Say, Stage, moment
from duban.config.demo.burden import fill_burden
from duban.config.demo.cast import SHUANGHUAI
from duban.config.demo.city import build_city
from duban.config.demo.model import DemoCity, DemoPerson, DemoUnit
from duban.config.demo.past import work_off_the_past
from duban.config.demo.speech import short_speech, speech
from duban.directives import commands as directives
from duban.kernel.authority import Actor
from duban.organisation import commands as organisation
from duban.organisation.models import Unit
from duban.organisation.register.table import COLUMNS
from duban.organisation.register.words import FIELD, KIND, LEVEL, RANK

CAMPAIGN_NAME = "“察实情、解民忧、促发展”专题教育"
# Launched so many days ago, to last so many: the demonstration stands always at three fifths.
LAUNCHED_DAYS_AGO = 91
LASTS_DAYS = 153
SCHEME = "DEMO"
SMALL_COUNTIES = ("望澜区",)


def fill_demo(*, actor: Actor, at: datetime, size: str, only_if_empty: bool, say: Say) -> bool:
    """
    Fill the database with the invented city: units, people, accounts, a campaign with three months of work.

    `size` is "full" (611 units) or "small" (about 40). Returns False where units exist already and `only_if_empty`.

    :raises InvalidInput: if units exist already
    """
    if only_if_empty and Unit.objects.exists():
        return False
    city = build_city()
    units = small_city(city) if size == "small" else city.units
    fill_city(actor=actor, at=at, city=city, units=units, is_full=size != "small", has_plot=size != "small", say=say)
    return True


def fill_city(
    *,
    actor: Actor,
    at: datetime,
    city: DemoCity,
    units: Sequence[DemoUnit],
    is_full: bool,
    has_plot: bool,
    say: Say,
) -> None:
    """Fill the database with these units of the city; the plot is told as far as its units are among them."""
    keys = {unit.key for unit in units}
    since = timezone.localdate(at) - timedelta(days=365)
    top = city.units[0]
    root = organisation.create_unit(
        actor=actor,
        parent_id=None,
        name=top.name,
        level=top.level,
        field=top.field,
        kind=top.kind,
        rank=top.rank,
        valid_from=since,
        at=at,
        external_id=(SCHEME, top.key),
    )
    say(f"Importing {len(units) - 1} units …")
    # Posts begin on the day on which they are imported.
    _import_units(actor=actor, city=city, units=units[1:], root=root, since=since, at=moment(since, 9))
    ids = dict(Unit.objects.filter(external_ids__scheme=SCHEME).values_list("external_ids__value", "pk"))
    lines = {unit.line for unit in units if unit.line}
    for line in city.lines:
        if line.key in lines or line.name in lines:
            _lead_line(actor=actor, name=line.name, unit_id=ids.get(line.lead_unit_key), at=at)
    # The table of units begins below the first one, so its own head is entered here.
    head = next(person for person in city.people if (person.unit_key, person.post_kind) == (top.key, "principal"))
    organisation.appoint_by_name(
        actor=actor, unit_id=root.pk, name=head.name, kind="principal", title=head.title, starts_on=since, at=at
    )
    say("Opening the accounts of the cast …")
    for person in city.people:
        if person.sign_in and person.unit_key in keys:
            _open_account(actor=actor, person=person, ids=ids, since=since, at=at)
    campaign = _campaign(actor=actor, root=root, at=at)
    held = directives.take_in_document(
        actor=actor, campaign_id=campaign.pk, unit_id=root.pk, text=speech(), at=at - timedelta(days=3)
    )
    directives.take_in_document(
        actor=actor, campaign_id=campaign.pk, unit_id=root.pk, text=short_speech(), at=at - timedelta(days=2)
    )
    say("Working off three months …")
    stage = Stage(actor=actor, campaign=campaign, root=root, ids=ids, at=at, is_full=is_full)
    work_off_the_past(stage=stage, has_plot=has_plot, say=say)
    fill_burden(actor=actor, campaign=campaign, at=at)
    register_meetings(actor=actor, campaign=campaign, root=root, speech=held, at=at)
    pass_on(actor=actor, campaign=campaign, root=root, at=at)


def small_city(city: DemoCity) -> list[DemoUnit]:
    """Some forty units: every level, everybody of the cast who sits in one of them, the villages of one township."""
    wanted = {city.units[0].key}
    parents = {unit.key: unit.parent_key for unit in city.units}
    for entry in city.cast:
        for person in city.people:
            if person.key in (entry.person_key, entry.colleague_key) and len(wanted) < 30:
                key: str | None = person.unit_key
                while key is not None:
                    wanted.add(key)
                    key = parents[key]
    villages = {unit.key for unit in city.units if unit.parent_key == SHUANGHUAI and unit.kind == "village"}
    return [unit for unit in city.units if unit.key in wanted | villages]


def _import_units(
    *, actor: Actor, city: DemoCity, units: Sequence[DemoUnit], root: Unit, since: date, at: datetime
) -> None:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in city.people:
        if person.sign_in is None:
            word = f"{person.name}（{person.field}）" if person.post_kind == "deputy" and person.field else person.name
            kind = "principal" if person.post_kind == "secretary" else person.post_kind
            names[person.unit_key, kind].append(word)
    lines = {line.key: line.name for line in city.lines}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([column.titles[-1] for column in COLUMNS])
    for unit in units:
        values = {
            "scheme": SCHEME,
            "code": unit.key,
            "name": unit.name,
            "short_name": unit.short_name if unit.short_name != unit.name else "",
            "parent": unit.parent_key or "",
            "level": LEVEL[unit.level][0],
            "field": FIELD[unit.field][0],
            "kind": KIND[unit.kind][0],
            "rank": RANK[unit.rank][0],
            "line": lines.get(unit.line, unit.line) if unit.line else "",
            "place": str(unit.sort),
            "member_count": str(unit.member_count),
            "principal": "、".join(names[unit.key, "principal"]),
            "deputies": "、".join(names[unit.key, "deputy"]),
            "liaisons": "、".join(names[unit.key, "liaison"]),
            "founded_on": since.isoformat(),
        }
        writer.writerow([values[column.key] for column in COLUMNS])
    received = organisation.receive_import(
        actor=actor, root_id=root.pk, file_name="澜川市单位.csv", content=file.getvalue().encode("utf-8-sig"), at=at
    )
    checked = organisation.check_import(actor=actor, import_id=received.pk, at=at)
    if checked.errors:
        raise RuntimeError(f"the demonstration city is faulty: {checked.errors[:3]}")
    organisation.take_over_import(actor=actor, import_id=received.pk, at=at)


def _lead_line(*, actor: Actor, name: str, unit_id: int | None, at: datetime) -> None:
    from duban.organisation.models import Line  # noqa: PLC0415 - one look-up

    line = Line.objects.filter(name=name).first()
    if line is not None and unit_id is not None:
        organisation.set_line_lead(actor=actor, line_id=line.pk, unit_id=unit_id, at=at)


def _open_account(*, actor: Actor, person: DemoPerson, ids: dict[str, int], since: date, at: datetime) -> None:
    user = accounts.create_user(
        actor=actor,
        sign_in_name=person.sign_in or "",
        password=PASSWORD,
        at=at,
        label=f"{person.name} {person.unit_key} {person.title}",
        is_demonstration=True,
    )
    entered = organisation.add_person(actor=actor, name=person.name, at=at, user_id=user.pk)
    for former in person.former_posts:
        if former.unit_key in ids:
            post = organisation.appoint(
                actor=actor,
                unit_id=ids[former.unit_key],
                person_id=entered.pk,
                kind=former.post_kind,
                title=former.title,
                field_in_charge="交通运输" if former.post_kind == "deputy" else "",
                starts_on=since,
                at=at,
            )
            organisation.end_post(actor=actor, post_id=post.pk, ends_on=since + timedelta(days=90), at=at)
    kind = "principal" if person.post_kind == "secretary" else person.post_kind
    organisation.appoint(
        actor=actor,
        unit_id=ids[person.unit_key],
        person_id=entered.pk,
        kind=kind,
        title=person.title,
        field_in_charge=person.field,
        starts_on=since,
        at=at,
    )
    # Since they came: who checked in the past must have been allowed to then.
    held_since = moment(since, 0)
    for role, over in person.roles:
        if isinstance(over, str):
            if over in ids:
                access.grant_role(
                    actor=actor,
                    user_id=user.pk,
                    role=role,
                    reach=Reach.SUBTREE,
                    unit_id=ids[over],
                    starts_at=held_since,
                    at=at,
                )
            continue
        listed = [ids[key] for key in over if key in ids]
        is_own = listed == [ids[person.unit_key]]
        if listed:
            access.grant_role(
                actor=actor,
                user_id=user.pk,
                role=role,
                reach=Reach.UNIT if is_own else Reach.LISTED,
                unit_id=ids[person.unit_key],
                listed=() if is_own else listed,
                starts_at=held_since,
                at=at,
            )


def _campaign(*, actor: Actor, root: Unit, at: datetime) -> Campaign:
    launch = timezone.localdate(at) - timedelta(days=LAUNCHED_DAYS_AGO)
    campaign = campaigns.create_campaign(
        actor=actor,
        name=CAMPAIGN_NAME,
        root_id=root.pk,
        starts_on=launch,
        planned_end_on=launch + timedelta(days=LASTS_DAYS),
        vocabulary={"campaign_office": "教育办"},
        at=at,
    )
    return campaigns.take_step(actor=actor, campaign_id=campaign.pk, step_name="start", at=at)

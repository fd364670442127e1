"""
Quick material for tests: a tree, people with accounts, campaigns, work.

Written straight into the tables, in bulk, because it is plumbing: a test that is *about* a unit, a post, a grant or a
campaign makes it by the real command. All names are invented. Two roots cannot stand in one database, so a test builds
at most one tree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from duban.access.models import Grant, GrantUnit
from duban.access.queries import actor_of
from duban.access.states import Reach
from duban.accounts.models import User
from duban.campaigns.models import Campaign
from duban.campaigns.states import CampaignKind, CampaignStatus
from duban.directives.models import Document, OutlineNode, Requirement
from duban.directives.states import DocumentStatus, NodeKind, RequirementStatus
from duban.kernel.authority import Actor
from duban.organisation.models import Person, Post, Unit
from duban.organisation.states import Field, Kind, Level, PostKind, Rank
from duban.tasks.models import Assignment, Task
from duban.tasks.states import AssignmentStatus, DueKind, Target, TaskStatus

# Everything made here holds since LONG_AGO; SOME_DAY is a Monday.
LONG_AGO = date(2020, 1, 1)
SOME_DAY = date(2026, 3, 2)
SOME_MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

_numbers = count(1)


@dataclass
class Tree:
    """The units of a built tree by level, each list in protocol order."""

    city: Unit
    # Departments of the city, the first of them its campaign office.
    departments: list[Unit] = field(default_factory=list)
    counties: list[Unit] = field(default_factory=list)
    townships: list[Unit] = field(default_factory=list)
    villages: list[Unit] = field(default_factory=list)
    branches: list[Unit] = field(default_factory=list)
    group: Unit | None = None

    @property
    def office(self) -> Unit:
        """The city's campaign office."""
        return self.departments[0]

    @property
    def units(self) -> list[Unit]:
        """Every unit, in protocol order."""
        levels = [[self.city], self.departments, self.counties, self.townships, self.villages, self.branches]
        return sorted((unit for level in levels for unit in level), key=lambda unit: unit.order_path)

    def below(self, unit: Unit) -> list[Unit]:
        """Return the units under a unit, itself left out."""
        return [other for other in self.units if other.path.startswith(unit.path) and other.pk != unit.pk]


@dataclass(frozen=True)
class Account:
    """One person with an account, a post and a grant."""

    user: User
    person: Person
    post: Post
    grant: Grant


@dataclass(frozen=True)
class Work:
    """One document with one requirement, assigned to some units."""

    document: Document
    requirement: Requirement
    assignment: Assignment
    tasks: list[Task]


def build_tree(
    *, counties: int = 3, townships: int = 6, villages: int = 14, branches: int = 1, departments: int = 6
) -> Tree:
    """
    Build a city with `counties`, each with `townships`, each with `villages`, each with `branches` of an organ.

    The defaults give five levels and 532 units. The first department is the campaign office, the last the supervision
    group.
    """
    city = _unit(parent=None, place=1, name="试验市", level=Level.CITY, kind=Kind.TOP)
    _keep([city])
    tree = Tree(city=city)
    tree.departments = _children(
        [city],
        departments,
        lambda parent, number: {
            "name": _department_name(number, departments),
            "level": Level.CITY,
            "kind": _department_kind(number, departments),
            "rank": Rank.DIVISION,
        },
    )
    tree.group = tree.departments[-1] if departments > 1 else None
    tree.counties = _children(
        [city],
        counties,
        lambda parent, number: {
            "name": f"第{number}试验县",
            "level": Level.COUNTY,
            "kind": Kind.TOP,
            "rank": Rank.DIVISION,
        },
        first_place=departments + 1,
    )
    tree.townships = _children(
        tree.counties,
        townships,
        lambda parent, number: {
            "name": f"{parent.name}第{number}镇",
            "level": Level.TOWNSHIP,
            "kind": Kind.TOWNSHIP,
            "field": Field.RURAL,
            "rank": Rank.SECTION,
        },
    )
    tree.villages = _children(
        tree.townships,
        villages,
        lambda parent, number: {
            "name": f"{parent.name}第{number}村",
            "level": Level.VILLAGE,
            "kind": Kind.VILLAGE,
            "field": Field.RURAL,
        },
    )
    tree.branches = _children(
        tree.villages,
        branches,
        lambda parent, number: {
            "name": f"{parent.name}第{number}支部",
            "level": Level.VILLAGE,
            "kind": Kind.ORGAN_BRANCH,
            "field": Field.RURAL,
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO organisation_closure (ancestor_id, descendant_id, depth)
            SELECT above.id, below.id, below.depth - above.depth
            FROM organisation_unit below
            CROSS JOIN LATERAL unnest(string_to_array(rtrim(below.path, '/'), '/')::bigint[]) AS step(id)
            JOIN organisation_unit above ON above.id = step.id
            """
        )
        cursor.execute(
            """
            INSERT INTO organisation_unitname (unit_id, name, valid_from)
            SELECT id, name, valid_from FROM organisation_unit
            """
        )
    return tree


def make_person_with_account(
    *,
    unit: Unit,
    role: str,
    reach: str = Reach.SUBTREE,
    post_kind: str = PostKind.CLERK,
    listed: Iterable[Unit] = (),
    name: str = "",
    password: str | None = None,
) -> Account:
    """
    Make a person with an account, a post in `unit` and a grant of `role` over it.

    `listed` are the units of a grant with `Reach.LISTED`. Without a password nobody can sign in by typing, and
    `client.force_login(account.user)` opens a real session all the same.
    """
    number = next(_numbers)
    user = User.objects.create(
        sign_in_name=f"{role}-{number}",
        password=make_password(password),
        created_at=datetime(LONG_AGO.year, 1, 1, tzinfo=UTC),
    )
    person = Person.objects.create(name=name or f"人员{number}", user=user)
    post = Post.objects.create(unit=unit, person=person, kind=post_kind, starts_on=LONG_AGO)
    grant = Grant.objects.create(
        user=user,
        role=role,
        reach=reach,
        unit=None if reach == Reach.ONESELF else unit,
        starts_at=datetime(LONG_AGO.year, 1, 1, tzinfo=UTC),
    )
    GrantUnit.objects.bulk_create([GrantUnit(grant=grant, unit=other) for other in listed])
    return Account(user=user, person=person, post=post, grant=grant)


def actor_for(*, account: Account, at: datetime | None = None) -> Actor:
    """Return the account as it may act at the moment, read afresh from its grants."""
    return actor_of(user_id=account.user.pk, post_id=account.post.pk, at=at or SOME_MOMENT)


def actor_with(
    *,
    unit: Unit,
    role: str,
    reach: str = Reach.SUBTREE,
    post_kind: str = PostKind.CLERK,
    listed: Sequence[Unit] = (),
    at: datetime | None = None,
) -> Actor:
    """Make a person as `make_person_with_account` does and return the Actor of their post."""
    account = make_person_with_account(unit=unit, role=role, reach=reach, post_kind=post_kind, listed=listed)
    return actor_for(account=account, at=at)


def make_campaign(
    *,
    root: Unit,
    name: str = "试验教育整顿",
    starts_on: date = date(2026, 2, 1),
    planned_end_on: date | None = date(2026, 12, 31),
    status: str = CampaignStatus.RUNNING,
    kind: str = CampaignKind.EDUCATION,
) -> Campaign:
    """Make a campaign of `root` and everything below it, running already."""
    return Campaign.objects.create(
        name=name, root=root, starts_on=starts_on, planned_end_on=planned_end_on, status=status, kind=kind
    )


def make_work(
    *,
    campaign: Campaign,
    assigner: Unit,
    units: Sequence[Unit],
    wording: str = "组织一次专题学习。",
    status: str = TaskStatus.TO_SIGN,
    due_on: date | None = date(2026, 6, 30),
) -> Work:
    """
    Make a document of one sentence, confirmed and issued as one assignment to `units`, each with a task in `status`.

    Figures are not counted: `figures.commands.recount` does that.
    """
    number = next(_numbers)
    text = f"{wording}（{number}）"
    document = Document.objects.create(
        campaign=campaign,
        unit=assigner,
        status=DocumentStatus.CONFIRMED,
        title=f"讲话{number}",
        raw_text=text,
        encoding="utf-8",
        sha256=sha256(text.encode()).hexdigest(),
        dated_on=SOME_DAY,
        taken_in_by=0,
        taken_in_at=SOME_MOMENT,
    )
    node = OutlineNode.objects.create(
        document=document, position=1, level=1, title=text, kind=NodeKind.REQUIREMENT, ranges=[[0, len(text)]]
    )
    requirement = Requirement.objects.create(
        document=document,
        node=node,
        position=1,
        sentence=text,
        start=0,
        end=len(text),
        is_concrete=True,
        status=RequirementStatus.ASSIGNED,
    )
    assignment = Assignment.objects.create(
        campaign=campaign,
        assigner=assigner,
        requirement=requirement,
        status=AssignmentStatus.ISSUED,
        wording=text,
        source_sentence=text,
        due_on=due_on,
        due_kind=DueKind.DATE if due_on else DueKind.NONE,
        target=Target.LISTED,
        target_rule={"units": [unit.pk for unit in units]},
        unit_count=len(units),
        units_done=len(units),
        issued_at=SOME_MOMENT,
        created_at=SOME_MOMENT,
    )
    tasks = Task.objects.bulk_create(
        [
            Task(
                campaign=campaign,
                assignment=assignment,
                unit=unit,
                checker_unit=assigner,
                status=status,
                original_due=due_on,
                agreed_due=due_on,
                finished_on=SOME_DAY if status == TaskStatus.DONE else None,
                issued_at=SOME_MOMENT,
            )
            for unit in units
        ]
    )
    return Work(document=document, requirement=requirement, assignment=assignment, tasks=tasks)


def _children(
    parents: Sequence[Unit], number_each: int, describe: Callable[[Unit, int], dict[str, Any]], first_place: int = 1
) -> list[Unit]:
    made = [
        _unit(parent=parent, place=first_place + index, **describe(parent, index + 1))
        for parent in parents
        for index in range(number_each)
    ]
    return _keep(made)


def _unit(*, parent: Unit | None, place: int, **given: Any) -> Unit:
    unit = Unit(parent=parent, place=place, valid_from=LONG_AGO, **{"field": Field.ORGAN, **given})
    unit.depth = parent.depth + 1 if parent else 0
    unit.order_path = f"{parent.order_path if parent else ''}{place:06d}/"
    return unit


def _keep(units: list[Unit]) -> list[Unit]:
    """Insert the units with ids taken beforehand, because a path names its own id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('organisation_unit', 'id')) FROM generate_series(1, %s)",
            [len(units)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    for unit, unit_id in zip(units, ids, strict=True):
        unit.id = unit_id
        unit.path = f"{unit.parent.path if unit.parent else ''}{unit_id}/"
    return Unit.objects.bulk_create(units)


def _department_name(number: int, departments: int) -> str:
    if number == 1:
        return "试验市教育整顿办公室"
    return "试验市督导组" if number == departments else f"试验市第{number}局"


def _department_kind(number: int, departments: int) -> str:
    if number == 1:
        return Kind.OFFICE
    return Kind.SUPERVISION_GROUP if number == departments else Kind.DEPARTMENT

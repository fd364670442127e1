"""The permission matrix: its tables in permission_matrix/, the addresses it must cover, the world it is tried in."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from duban.access.states import Reach
from duban.attachments.commands import store_file
from duban.burden.models import BlockedPeriod, DataRequest, DataRequestUnit, Demand, DemandUnit, Objection
from duban.burden.states import DemandKind, ObjectionReason, RequestStatus
from duban.config import factories
from duban.config.roles import ROLES
from duban.directives.models import (
    CarryingOut,
    Document,
    Meeting,
    MeetingSpeech,
    Passing,
    SpeechReference,
    UnitPassing,
)
from duban.directives.states import DocumentStatus, RequirementStatus
from duban.kernel.authority import Actor
from duban.notices.models import Robot
from duban.office.models import Duty, Matter, MatterStep
from duban.office.states import MatterKind
from duban.organisation.models import Line, MemberImport, Membership, Person, Post, Unit, UnitImport
from duban.organisation.register.members import member_template
from duban.organisation.register.table import unit_template
from duban.organisation.states import ImportStatus, PostKind
from duban.papers.commands import issue_paper
from duban.papers.layout.content import Content, Text
from duban.papers.models import Paper
from duban.reporting.models import Notice
from duban.tasks import breakdown_files
from duban.tasks.commands.confirming import hash_of
from duban.tasks.models import (
    Assignment,
    BreakdownImport,
    ChangeRequest,
    Confirmation,
    ConfirmationLink,
    Evidence,
    HandOver,
    Sample,
    SampledTask,
    Task,
    TaskEntry,
)
from duban.tasks.states import AssignmentStatus, BreakdownStatus, ClosingMode, EntryKind, Target, TaskStatus

TABLES = Path(__file__).parent / "permission_matrix"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STRANGER = "stranger"
# Everybody who is not named elsewhere in the row.
OTHERS = "*"

# Where each role sits in the trial: its seat lies in the first county, and the sibling objects in the second.
CITY, COUNTY, TOWNSHIP, VILLAGE = "city", "county", "township", "village"
SEATS: dict[str, tuple[str, str]] = {
    "office_clerk": (COUNTY, Reach.SUBTREE),
    "office_head": (COUNTY, Reach.SUBTREE),
    "county_office": (COUNTY, Reach.SUBTREE),
    "line_clerk": (COUNTY, Reach.LINE),
    "unit_liaison": (VILLAGE, Reach.UNIT),
    "unit_principal": (VILLAGE, Reach.UNIT),
    "unit_deputy": (VILLAGE, Reach.UNIT),
    "branch_secretary": (VILLAGE, Reach.UNIT),
    "township_recorder": (TOWNSHIP, Reach.SUBTREE),
    "delegated_admin": (TOWNSHIP, Reach.SUBTREE),
    "group_head": (COUNTY, Reach.LISTED),
    "group_member": (COUNTY, Reach.LISTED),
    "leading_group_member": (COUNTY, Reach.SUBTREE),
    "intake_clerk": (COUNTY, Reach.SUBTREE),
    "member": (VILLAGE, Reach.UNIT),
    "system_admin": (COUNTY, Reach.SUBTREE),
    "security_admin": (COUNTY, Reach.SUBTREE),
    # The record cannot be cut by units, so whoever reads it sits at the top and has no siblings.
    "audit_admin": (CITY, Reach.SUBTREE),
}
POST_KINDS = {
    "unit_liaison": PostKind.LIAISON,
    "unit_principal": PostKind.PRINCIPAL,
    "unit_deputy": PostKind.DEPUTY,
    "branch_secretary": PostKind.SECRETARY,
    "member": PostKind.MEMBER,
}


@dataclass(frozen=True)
class Row:
    """One line of the table: one method of one address, and the status each role gets on each side."""

    key: str
    arguments: Mapping[str, object]
    data: Mapping[str, object]
    # side → status → roles; a side that is left out is not tried (an address without an object has one side only).
    expected: Mapping[str, Mapping[str, list[str]]]
    # Roles that sit at the top of the tree here, because from their seat in the county nobody could tell who may at all.
    at_top: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return self.key.split(" ", 1)[0]

    @property
    def name(self) -> str:
        """The name of the address; what follows "#" tells several rows of one address apart."""
        return self.key.split(" ", 1)[1].partition("#")[0]

    @property
    def file(self) -> Path:
        """The table in which the row stands."""
        namespace = self.name.partition(":")[0]
        return TABLES / f"{'rest' if namespace.startswith('api') else namespace}.toml"

    def status(self, *, side: str, role: str) -> int | None:
        """Return the status expected for a role, or None where the row does not say."""
        for wanted in (role, OTHERS):
            for status, roles in self.expected.get(side, {}).items():
                if wanted in roles:
                    return int(status)
        return None


@dataclass(frozen=True)
class Note:
    """A file that somebody attaches."""

    file_name: str
    content: bytes


@dataclass(frozen=True)
class Link:
    """A one-time link that somebody holds."""

    token: str


@dataclass
class World:
    """A tree of 532 units with one office, its work and its people on either side."""

    tree: factories.Tree
    accounts: dict[str, factories.Account]
    # The same for a role that some rows seat at the top.
    at_top: dict[str, factories.Account] = field(default_factory=dict)
    # side → name of a thing → the thing.
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_table() -> dict[str, Row]:
    """Return the rows of all tables by key ("GET tasks:detail")."""
    return {
        key: Row(
            key=key,
            arguments=given.get("arguments", {}),
            data=given.get("data", {}),
            expected={side: given[side] for side in ("own", "sibling") if side in given},
            at_top=tuple(given.get("at_top", ())),
        )
        for path in sorted(TABLES.glob("*.toml"))
        for key, given in tomllib.loads(path.read_text()).items()
    }


@dataclass(frozen=True)
class Address:
    """One named address: its route as one string, and the names of its arguments in it."""

    name: str
    route: str
    arguments: tuple[str, ...]


def addresses() -> dict[str, Address]:
    """Return every address by its name; one without a name has its route in its place."""
    return {address.name: address for address in _walk(get_resolver().url_patterns, "", Address("", "", ()))}


def argument(world: World, row: Row, side: str, name: str) -> object:
    """Return the value of an address' argument: what the row says, else the thing of that name ("task_id": a task)."""
    if name in row.arguments:
        return value(world, side, row.arguments[name])
    thing = world.things[side][name.removesuffix("_id").removesuffix("_uuid")]
    return thing.uuid if name.endswith("uuid") else thing.pk


def value(world: World, side: str, given: object) -> object:
    """Return a value of the table; "@task" is the id of that thing on this side, "@task.version" its version, "file:@…" its file."""
    if isinstance(given, list):
        return [value(world, side, each) for each in given]
    if isinstance(given, str) and given.startswith("file:@"):
        thing = world.things[side][given.removeprefix("file:@")]
        return SimpleUploadedFile(thing.file_name, bytes(thing.content))
    if not (isinstance(given, str) and given.startswith("@")):
        return given
    thing, _, attribute = given[1:].partition(".")
    return getattr(world.things[side][thing], attribute or "pk")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, above: Address) -> Iterator[Address]:
    for pattern in patterns:
        route = above.route + str(pattern.pattern)
        arguments = (*above.arguments, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, namespace, Address("", route, arguments))
        else:
            yield Address(f"{prefix}{pattern.name or route}", route, arguments)


def build_world() -> World:
    """Build the tree, one person of each role with a seat in the first county, and the same things in both counties."""
    tree = factories.build_tree()
    places = {side: _places(tree, tree.counties[index]) for index, side in enumerate(("own", "sibling"))}
    accounts = {}
    for role in ROLES:
        seat, reach = SEATS[role]
        accounts[role] = factories.make_person_with_account(
            unit=places["own"][seat],
            role=role,
            reach=reach,
            post_kind=POST_KINDS.get(role, PostKind.CLERK),
            listed=[places["own"][TOWNSHIP], places["own"][VILLAGE]] if reach == Reach.LISTED else (),
        )
    top = {"security_admin": factories.make_person_with_account(unit=tree.city, role="security_admin")}
    return World(
        tree=tree, accounts=accounts, at_top=top, things={side: _things(place) for side, place in places.items()}
    )


def _places(tree: factories.Tree, county: Any) -> dict[str, Any]:
    township = next(unit for unit in tree.townships if unit.parent_id == county.pk)
    village = next(unit for unit in tree.villages if unit.parent_id == township.pk)
    *_others, other = (unit for unit in tree.townships if unit.parent_id == county.pk)
    leaf = next(unit for unit in tree.branches if unit.parent_id == village.pk)
    return {CITY: tree.city, COUNTY: county, TOWNSHIP: township, VILLAGE: village, "other": other, "leaf": leaf}


def _things(place: dict[str, Any]) -> dict[str, Any]:
    """Make one of everything that an address may name."""
    county, village = place[COUNTY], place[VILLAGE]
    campaign = factories.make_campaign(root=county, name=f"{county.name}教育整顿")
    work = factories.make_work(campaign=campaign, assigner=county, units=[village])
    in_hand = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    asked = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.ASKED_DONE)
    extended = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    received = factories.make_work(campaign=campaign, assigner=county, units=[place[TOWNSHIP]])
    declared = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
    Task.objects.filter(pk=declared.tasks[0].pk).update(closing_mode=ClosingMode.DECLARE)
    suspended = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.SUSPENDED)
    finished = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.DONE)
    seen = factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.ASKED_DONE)
    Task.objects.filter(pk=seen.tasks[0].pk).update(closing_mode=ClosingMode.INSPECT)
    somebody = factories.make_person_with_account(unit=village, role="member", reach=Reach.UNIT)
    return {
        "campaign": campaign,
        "document": work.document,
        "requirement": work.requirement,
        "node": work.requirement.node,
        "assignment": work.assignment,
        "task": work.tasks[0],
        "task_in_hand": in_hand.tasks[0],
        "task_asked": asked.tasks[0],
        "task_extended": extended.tasks[0],
        "task_received": received.tasks[0],
        "task_declared": declared.tasks[0],
        "task_to_visit": seen.tasks[0],
        "task_suspended": suspended.tasks[0],
        "evidence": _evidence(in_hand.tasks[0]),
        "note": Note("记录.txt", "会议记录。".encode()),
        "change": ChangeRequest.objects.create(
            task=extended.tasks[0], new_due=date(2026, 9, 30), reason="汛期", asked_at=factories.SOME_MOMENT
        ),
        "large": Assignment.objects.create(
            campaign=campaign,
            assigner=county,
            status=AssignmentStatus.TO_APPROVE,
            wording="待同意的交办",
            due_on=date(2026, 6, 30),
            target=Target.UNIT,
            target_rule={"unit": village.pk},
            consent_asked_at=factories.SOME_MOMENT,
            created_at=factories.SOME_MOMENT,
        ),
        "robot": Robot.objects.create(
            unit=county,
            kind="wecom",
            name="工作群",
            address=b"-",
            address_hint="qyapi.weixin.qq.com …7xxx",
            fingerprint=f"{county.pk}",
            entered_by=0,
            entered_at=factories.SOME_MOMENT,
        ),
        "sample": (sample := _sample(campaign, county, finished.tasks[0])),
        "sampled": sample.items.get(),
        "draft": Assignment.objects.create(
            campaign=campaign,
            assigner=county,
            wording="草稿",
            due_on=date(2026, 6, 30),
            target=Target.UNIT,
            target_rule={"unit": village.pk},
            created_at=factories.SOME_MOMENT,
        ),
        "breakdown": BreakdownImport.objects.create(
            campaign=campaign,
            assigner=county,
            file_name="任务分解表.xlsx",
            content=breakdown_files.empty(campaign=campaign),
            status=BreakdownStatus.READY,
            started_by=0,
            started_at=factories.SOME_MOMENT,
        ),
        "unit_import": UnitImport.objects.create(
            root=county,
            file_name="单位.xlsx",
            content=unit_template(),
            status=ImportStatus.WITH_ERRORS,
            started_by=0,
            started_at=factories.SOME_MOMENT,
        ),
        "member_import": MemberImport.objects.create(
            root=county,
            file_name="党员.xlsx",
            content=member_template(),
            status=ImportStatus.WITH_ERRORS,
            started_by=0,
            started_at=factories.SOME_MOMENT,
        ),
        "membership": Membership.objects.create(
            unit=village,
            person=Person.objects.create(name="党员甲", external_id=f"M{village.pk}"),
            starts_on=factories.LONG_AGO,
        ),
        **_asked(campaign, county, village),
        "period": BlockedPeriod.objects.create(
            unit=village, name="麦收", from_on=date(2026, 6, 1), until_on=date(2036, 6, 14), with_below=False
        ),
        **_matters(campaign, county, village),
        # Lines run through the whole city and are no secret of a county.
        "line": Line.objects.create(name=f"系统{county.pk}"),
        "unit": village,
        "parent": place[TOWNSHIP],
        "other": place["other"],
        "leaf": place["leaf"],
        "county": county,
        "user": somebody.user,
        "person": somebody.person,
        "post": somebody.post,
        "spare": _somebody_without_account(village),
        "grant": somebody.grant,
        "paper": _notice(work.assignment),
        "slip_post": factories.make_person_with_account(
            unit=village, role="branch_secretary", reach=Reach.UNIT, post_kind=PostKind.LIAISON
        ).post,
        "hand_over": HandOver.objects.create(
            unit=village,
            from_person=somebody.person,
            to_person=somebody.person,
            made_words="试验",
            made_at=factories.SOME_MOMENT,
        ),
        **_unconfirmed(campaign, county),
        **_meeting(campaign, county, work.document),
        **_reserved(campaign, county, village),
        **_passing(campaign, county, village, extended.document, work.document),
    }


def _passing(campaign: Any, county: Any, village: Any, document: Document, lower: Document) -> dict[str, Any]:
    """A paper that a village must relay, and a paper that carries it out."""
    passing = Passing.objects.create(
        campaign=campaign,
        unit=county,
        document=document,
        title=document.title,
        dated_on=factories.SOME_DAY,
        limit_days=7,
        limit_until=factories.SOME_DAY,
        unit_count=1,
        created_by=0,
        created_at=factories.SOME_MOMENT,
    )
    UnitPassing.objects.create(passing=passing, unit=village)
    link = CarryingOut.objects.create(
        document=lower, upper_document=document, named_by=0, named_at=factories.SOME_MOMENT
    )
    return {"passing": passing, "upper": document, "carrying": link}


def _meeting(campaign: Any, county: Any, document: Document) -> dict[str, Any]:
    """A meeting with two speeches, the second of which speaks of the first."""
    meeting = Meeting.objects.create(
        campaign=campaign,
        unit=county,
        register_unit=county,
        level="county",
        convener=county.name,
        title="推进会",
        held_on=factories.SOME_DAY,
        registered_by=0,
        registered_at=factories.SOME_MOMENT,
    )
    first = MeetingSpeech.objects.create(meeting=meeting, position=1, title="工作报告")
    second = MeetingSpeech.objects.create(meeting=meeting, position=2, document=document)
    reference = SpeechReference.objects.create(speech=second, start=0, end=4, words=document.raw_text[:4])
    return {"meeting": meeting, "speech": second, "first_speech": first, "reference": reference}


def _notice(assignment: Assignment) -> Paper:
    paper = issue_paper(
        actor=Actor.system("trial"),
        unit=assignment.assigner,
        word=f"试{assignment.assigner_id}",
        content=Content(title="关于试验的通知", blocks=[Text("请抓紧。")]),
        on=factories.SOME_DAY,
        at=factories.SOME_MOMENT,
    )
    Notice.objects.create(paper=paper, assignment=assignment)
    return paper


def _matters(campaign: Any, county: Any, village: Any) -> dict[str, Any]:
    """A question of the village, a meeting of the county's office with one step, an answer for all."""

    def make(kind: str, **given: Any) -> Matter:
        words = {"opened_at": factories.SOME_MOMENT, "opened_name": "试验", "title": f"{county.name}的事", **given}
        return Matter.objects.create(campaign=campaign, office=county, kind=kind, **words)

    meeting = make(MatterKind.MEETING, due_on=factories.SOME_DAY)
    settled = {"status": "closed", "closed_at": factories.SOME_MOMENT, "outcome": "可以", "is_shared": True}
    return {
        "matter": make(MatterKind.QUESTION, unit=village),
        "office_meeting": meeting,
        "decision": make(MatterKind.DECISION, options=["照办", "缓办"]),
        "answer": make(MatterKind.QUESTION, unit=county, **settled),
        "duty": Duty.objects.create(
            campaign=campaign,
            unit=village,
            text="秋收",
            due_on=factories.SOME_DAY,
            written_at=factories.SOME_MOMENT,
            written_name="试验",
        ),
        "step": MatterStep.objects.create(matter=meeting, position=1, text="拟方案"),
    }


def _sample(campaign: Any, county: Any, task: Task) -> Sample:
    sample = Sample.objects.create(
        campaign=campaign,
        scope=county,
        finished_from=factories.SOME_DAY,
        finished_until=factories.SOME_DAY,
        number=1,
        seed="trial",
        population=[task.pk],
        drawn_by_words="试验",
        drawn_at=factories.SOME_MOMENT,
    )
    SampledTask.objects.create(sample=sample, task=task, position=1)
    return sample


def _unconfirmed(campaign: Any, county: Any) -> dict[str, Any]:
    """A paper about which nobody has decided yet."""
    work = factories.make_work(campaign=campaign, assigner=county, units=[])
    work.assignment.delete()
    work.document.status = DocumentStatus.UNCONFIRMED
    work.document.save()
    work.requirement.status = RequirementStatus.PROPOSED
    work.requirement.save()
    return {"new_document": work.document, "new_requirement": work.requirement, "new_node": work.requirement.node}


def _reserved(campaign: Any, county: Any, village: Unit) -> dict[str, Any]:
    """What waits for the principal of the village, and one item that may be put before them."""
    post = Post.objects.filter(unit=village, kind=PostKind.PRINCIPAL).first()
    if post is None:
        person = Person.objects.create(name=f"{village.name}书记")
        post = Post.objects.create(unit=village, person=person, kind=PostKind.PRINCIPAL, starts_on=factories.LONG_AGO)
    asked, open_one = (
        factories.make_work(campaign=campaign, assigner=county, units=[village], status=TaskStatus.IN_HAND)
        for _number in range(2)
    )
    for work in (asked, open_one):
        work.assignment.is_principals_own = True
        work.assignment.save()
    confirmation = Confirmation.objects.create(
        task=asked.tasks[0],
        act="ask_done",
        post=post,
        text="三处已改",
        prepared_words="联络员",
        asked_at=factories.SOME_MOMENT,
    )
    token = f"link-of-{village.pk}"
    ConfirmationLink.objects.create(
        confirmation=confirmation,
        post=post,
        token_hash=hash_of(token),
        made_words="联络员",
        made_at=factories.SOME_MOMENT,
        expires_at=factories.SOME_MOMENT.replace(year=2090),
    )
    return {"confirmation": confirmation, "link": Link(token), "task_reserved": open_one.tasks[0]}


def _asked(campaign: Any, county: Unit, village: Unit) -> dict[str, Any]:
    """A demand of the village with an objection, a data request sent and one to be approved."""
    demands = [
        Demand.objects.create(
            source=f"trial {county.pk} {number}",
            kind=DemandKind.DOCUMENT,
            asker=county,
            what="试验",
            asked_on=factories.SOME_DAY,
            from_week=factories.SOME_DAY,
            minutes=10,
            booked_at=factories.SOME_MOMENT,
        )
        for number in range(2)
    ]
    row, other = DemandUnit.objects.bulk_create([DemandUnit(demand=demand, unit=village) for demand in demands])
    requests = [
        DataRequest.objects.create(
            campaign=campaign,
            asker=county,
            what="试验报送",
            serves="试验",
            justification="试验",
            due_on=date(2036, 6, 1),
            minutes=10,
            unit_count=1,
            status=status,
            registered_at=factories.SOME_MOMENT,
            decided_at=factories.SOME_MOMENT if status == RequestStatus.SENT else None,
        )
        for status in (RequestStatus.SENT, RequestStatus.TO_APPROVE)
    ]
    DataRequestUnit.objects.bulk_create([DataRequestUnit(request=request, unit=village) for request in requests])
    return {
        "row": row,
        "objection": Objection.objects.create(
            row=other, reason=ObjectionReason.FORMALISM, made_at=factories.SOME_MOMENT
        ),
        "request": requests[0],
        "request_to_approve": requests[1],
    }


def _somebody_without_account(unit: Unit) -> Person:
    person = Person.objects.create(name=f"{unit.name}文书")
    Post.objects.create(unit=unit, person=person, kind=PostKind.CLERK, starts_on=factories.LONG_AGO)
    return person


def _evidence(task: Task) -> Evidence:
    file = store_file(
        actor=Actor.system("trial"), name="记录.txt", content="会议记录。".encode(), at=factories.SOME_MOMENT
    )
    entry = TaskEntry.objects.create(
        task=task, kind=EntryKind.EVIDENCE, user_id=None, by="试验", made_at=factories.SOME_MOMENT
    )
    return Evidence.objects.create(task=task, file=file, entry=entry)


def grouped(statuses: Mapping[str, int]) -> dict[str, list[str]]:
    """Return roles by status; where most are refused alike, they are the others."""
    found: dict[str, list[str]] = defaultdict(list)
    for role, status in statuses.items():
        found[str(status)].append(role)
    most = max(found, key=lambda status: len(found[status]))
    if len(found[most]) > len(statuses) // 2:
        named = [STRANGER] if STRANGER in found[most] and len(found) > 1 else []
        found[most] = [*named, OTHERS] if named else [OTHERS]
    return {status: found[status] for status in sorted(found)}


ADDRESSES = addresses()

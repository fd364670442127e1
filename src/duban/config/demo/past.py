"""Three months of work in the demonstration city, day by day, so that past days can be asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from duban.access import queries as access
from duban.accounts.models import User
from duban.campaigns.models import Campaign
from duban.figures import commands as figures
from duban.kernel.authority import Actor, Scope
from duban.organisation.models import Post, Unit
from duban.tasks import commands as tasks
from duban.tasks.breakdown import CLASSES
from duban.tasks.choosing import units_of_rule
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task
from duban.tasks.policy import TasksCapability
from duban.tasks.states import DueKind, Importance, Target

# Figures that the demonstration always shows: 24 assignments, 1,140 unit tasks, 54 % done.
TASKS, DONE, UNSIGNED, OVERDUE, ASKED = 1140, 616, 12, 31, 38
SEED = 20260302
Say = Callable[[str], object]

# Heading, wording, class of units, day of issue after the launch, days given; None: long-term.
ROWS: tuple[tuple[str, str, str, int, int | None], ...] = (
    ("学习教育", "领导班子举办一期读书班", "各县区", 3, 40),
    ("学习教育", "支部书记参加一次集中轮训", "各乡镇（街道）", 4, 45),
    ("学习教育", "组织党员开展一次专题学习", "各村（社区）", 5, 50),
    ("学习教育", "主要负责同志讲一次专题党课", "各部门", 8, 60),
    ("查清楚", "梳理本单位群众反映集中的事项", "各部门", 10, 45),
    ("查清楚", "核对流动党员联系方式", "各乡镇（街道）", 12, 30),
    ("查清楚", "摸清困难家庭冬季取暖情况", "各乡镇（街道）", 15, 40),
    ("查清楚", "摸排农村饮水点位", "各县区", 16, 35),
    ("改到位", "公布本单位立行立改清单", "各部门", 20, 90),
    ("改到位", "清理本级重复报表", "各县区", 21, 60),
    ("改到位", "整治窗口服务慢", "各县区", 25, 75),
    ("改到位", "修复破损路灯和井盖", "各乡镇（街道）", 28, 95),
    ("办实在", "每村办好一件群众盼的实事", "各村（社区）", 30, 90),
    ("办实在", "开展老旧小区上门走访", "各街道", 32, 70),
    ("办实在", "解决农村客运停班", "各县区", 35, 80),
    ("办实在", "开放机关停车位", "各县区", 38, 40),
    ("办实在", "为产业工人错时开放活动阵地", "各乡镇（街道）", 40, 60),
    ("减负", "精简村级工作台账", "各乡镇（街道）", 42, 55),
    ("减负", "公示村级证明事项清单", "各乡镇（街道）", 45, 50),
    ("减负", "规范各类工作群", "各县区", 48, 35),
    ("长效", "常态化走访联系群众", "各县区", 50, None),
    ("长效", "健全定期回访办法", "各县区", 55, 120),
    ("长效", "修订便民服务指南", "各县区", 60, 45),
)


ACCEPTED_BY = "linxiaohe"
# Departments of the city that help with an item, and the items that stand first.
HELPED = {
    "摸排农村饮水点位": "澜川市水利局",
    "整治窗口服务慢": "澜川市政务服务局",
    "开展老旧小区上门走访": "澜川市住房城乡建设局",
    "解决农村客运停班": "澜川市交通运输局",
}
KEY = {"每村办好一件群众盼的实事", "解决农村客运停班", "公布本单位立行立改清单"}
# What is said when something is finished; the words of a unit, invented.
SAID = ("已按要求完成，资料存本单位备查。", "已完成，群众代表到场看过。", "已办好，结果在公示栏公布。")


@dataclass(frozen=True, slots=True)
class _Act:
    at: datetime
    order: int
    do: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class _Share:
    """One unit's share of one draft, before it exists as a task."""

    draft: int
    unit: int
    issued: date
    due: date | None


def work_off_the_past(*, actor: Actor, campaign: Campaign, root: Unit, at: datetime, is_small: bool, say: Say) -> None:
    """
    Issue the breakdown table of the first two months and let the units answer, in the order in which it happened.

    In the full city the figures come out as the constants above say.
    """
    today = timezone.localdate(at)
    random = Random(SEED)  # noqa: S311 - a demonstration, the same each time
    acts: list[_Act] = []
    shares: list[_Share] = []
    helpers = dict(Unit.objects.filter(name__in=HELPED.values()).values_list("name", "pk"))
    helping = {wording: (helpers[name],) for wording, name in HELPED.items() if name in helpers}

    def plan(row: tuple[str, str, str, int, int | None], target: str, rule: dict[str, object]) -> None:
        heading, wording, _word, day, given = row
        issued = campaign.starts_on + timedelta(days=day)
        due = issued + timedelta(days=given) if given is not None else None
        text = AssignmentText(
            heading=heading,
            wording=wording,
            target=target,
            target_rule=rule,
            due_kind=DueKind.DATE if due else DueKind.LONG_TERM,
            due_on=due,
            due_text="" if due else "长期坚持",
            importance=Importance.KEY if wording in KEY else Importance.NORMAL,
            helper_ids=helping.get(wording, ()),
            source_label=f"专题教育实施方案任务分解表第{len(acts) + 1}项",
            source_sentence=f"{heading}方面，{wording}。",
        )
        draft = tasks.create_assignment(
            actor=actor, campaign_id=campaign.pk, assigner_id=root.pk, text=text, at=_moment(issued, 8)
        )
        units = units_of_rule(assigner=root, target=target, rule=rule, on=today).order_by("order_path")
        shares.extend(_Share(draft.pk, unit_id, issued, due) for unit_id in units.values_list("pk", flat=True))
        acts.append(_Act(_moment(issued, 9), 0, lambda moment: _issue(actor, draft.pk, moment)))

    for row in ROWS:
        plan(row, Target.CLASS, dict(CLASSES[row[2]]))
    if not is_small:
        # The last assignment goes to as many listed branches as are missing for the round figure.
        branches = Unit.objects.filter(kind="organ_branch").order_by("order_path")
        listed = list(branches.values_list("pk", flat=True)[: TASKS - len(shares)])
        plan(("学习教育", "开展一次主题党日", "", 62, 60), Target.LISTED, {"units": listed})
    acts += _answers(shares=shares, today=today, random=random, is_small=is_small, at=at)
    day = campaign.starts_on
    for number, act in enumerate(sorted(acts, key=lambda act: (act.at, act.order))):
        if number % (len(acts) // 10 + 1) == 0:
            say(f"  {number} of {len(acts)} acts …")
        if timezone.localdate(act.at) > day:
            day = timezone.localdate(act.at)
            figures.close_days(actor=actor, campaign_id=campaign.pk, today=day, at=act.at)
        act.do(act.at)
    figures.close_days(actor=actor, campaign_id=campaign.pk, today=today, at=at)


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _issue(actor: Actor, draft: int, moment: datetime) -> None:
    tasks.issue(actor=actor, assignment_id=draft, at=moment)
    while tasks.serve_next_units(actor=actor, assignment_id=draft, at=moment):
        pass


def _answers(*, shares: list[_Share], today: date, random: Random, is_small: bool, at: datetime) -> Iterator[_Act]:
    """Yield who signs, reports and is accepted when, so that the quotas at the head of this file are met."""
    order = list(shares)
    random.shuffle(order)
    past = [share for share in order if share.due is not None and share.due < today]
    open_now = [share for share in order if share.due is None or share.due >= today]
    overdue = max(1, len(past) // 19) if is_small else OVERDUE
    done_late = len(open_now) // 9 if is_small else DONE - (len(past) - overdue)
    unsigned, asked = (1, 2) if is_small else (UNSIGNED, ASKED)
    endings = [(share, "in_hand") for share in past[:overdue]] + [(share, "done") for share in past[overdue:]]
    endings += [(share, "done") for share in open_now[:done_late]]
    dated = [share for share in open_now[done_late:] if share.due is not None]
    rest = [share for share in open_now[done_late:] if share.due is None]
    endings += [(share, "asked") for share in dated[:asked]]
    endings += [(share, "to_sign") for share in dated[asked : asked + unsigned]]
    endings += [(share, "in_hand") for share in [*dated[asked + unsigned :], *rest]]
    clerks = _clerks({share.unit for share in shares})
    checker = access.actor_of(user_id=_account(ACCEPTED_BY), post_id=None, at=at)
    for number, (share, ending) in enumerate(endings):
        if ending == "to_sign":
            continue
        clerk = clerks[share.unit]
        signed = min(share.issued + timedelta(days=random.randint(0, 3)), today)
        yield _Act(_moment(signed, 10, number % 60), 1, _step(share, clerk, "sign", ""))
        if ending == "in_hand":
            continue
        latest = min(share.due or today, today - timedelta(days=2))
        span = max(1, (latest - signed).days)
        finished = signed + timedelta(days=max(1, span - random.randint(0, span // 2)))
        yield _Act(_moment(finished, 15, number % 60), 2, _step(share, clerk, "ask_done", SAID[number % len(SAID)]))
        if ending == "done":
            accepted = min(finished + timedelta(days=random.randint(0, 2)), today)
            yield _Act(_moment(accepted, 17, number % 60), 3, _step(share, checker, "accept", ""))


def _step(share: _Share, who: Actor, name: str, text: str) -> Callable[[datetime], object]:
    def do(moment: datetime) -> object:
        task = Task.objects.only("pk").get(assignment_id=share.draft, unit_id=share.unit)
        return tasks.take_step(actor=who, task_id=task.pk, step_name=name, text=text, at=moment)

    return do


def _account(sign_in_name: str) -> int:
    return User.objects.only("pk").get(sign_in_name=sign_in_name).pk


def _clerks(unit_ids: set[int]) -> dict[int, Actor]:
    """Return for each unit the person who answers for it: the liaison where there is one."""
    posts = Post.objects.filter(unit_id__in=unit_ids, ends_on__isnull=True).select_related("person", "unit")
    found: dict[int, Post] = {}
    for post in posts.order_by("pk"):
        if post.unit_id not in found or post.kind == "liaison":
            found[post.unit_id] = post
    return {unit_id: _clerk(unit_id, found.get(unit_id)) for unit_id in unit_ids}


def _clerk(unit_id: int, post: Post | None) -> Actor:
    own = Scope(unit_ids=frozenset({unit_id}))
    return Actor(
        user_id=post.person.user_id if post else None,
        name=post.person.name if post else "",
        person_id=post.person_id if post else None,
        post_id=post.pk if post else None,
        post_title=access.post_title(post) if post else "",
        unit_id=unit_id,
        scopes={TasksCapability.ANSWER: own, TasksCapability.VIEW: own},
    )

"""Three months of work in the demonstration city, day by day, so that past days can be asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random

from django.db import transaction
from django.utils import timezone

from duban.config.demo.acts import Act, Say, Stage, Story, clerks, moment
from duban.config.demo.plot import EVENING, MATTER, MERGED, SILENT, SILENT_UNTIL, STUDY, tell
from duban.figures import commands as figures
from duban.figures import queries as counted
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.tasks import commands as tasks
from duban.tasks import queries as asked
from duban.tasks.breakdown import CLASSES
from duban.tasks.choosing import units_of_rule
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.figures import TASK_FIGURES
from duban.tasks.models import Task, TaskEntry
from duban.tasks.states import ClosingMode, DueKind, Importance, Nature, Target

# Figures that the demonstration always shows: 1,140 unit tasks, 54 % done.
TASKS, DONE, UNSIGNED, OVERDUE, ASKED = 1140, 616, 12, 31, 38
SEED = 20260302

# Heading, wording, class of units, day of issue after the launch, days given; None: long-term.
ROWS: tuple[tuple[str, str, str, int, int | None], ...] = (
    ("学习教育", "领导班子举办一期读书班", "各县区", 3, 40),
    ("学习教育", "支部书记参加一次集中轮训", "各乡镇（街道）", 4, 45),
    ("学习教育", STUDY, "各村（社区）", 5, 50),
    ("学习教育", "主要负责同志讲一次专题党课", "各部门", 8, 60),
    ("查清楚", "梳理本单位群众反映集中的事项", "各部门", 10, 45),
    ("查清楚", "核对流动党员联系方式", "各乡镇（街道）", 12, 30),
    ("查清楚", "摸清困难家庭冬季取暖情况", "各乡镇（街道）", 15, 40),
    ("查清楚", "摸排农村饮水点位", "各县区", 16, 35),
    ("改到位", "公布本单位立行立改清单", "各部门", 20, 90),
    ("改到位", "清理本级重复报表", "各县区", 21, 60),
    ("改到位", "整治窗口服务慢", "各县区", 25, 75),
    ("改到位", "修复破损路灯和井盖", "各乡镇（街道）", 28, 95),
    ("办实在", MATTER, "各村（社区）", 30, 90),
    ("办实在", "开展老旧小区上门走访", "各街道", 32, 70),
    ("办实在", "解决农村客运停班", "各县区", 35, 80),
    ("办实在", "开放机关停车位", "各县区", 38, 40),
    ("办实在", "为产业工人错时开放活动阵地", "各乡镇（街道）", 40, 60),
    ("减负", "精简村级工作台账", "各乡镇（街道）", 42, 55),
    ("减负", "公示村级证明事项清单", "各乡镇（街道）", 45, 50),
    ("减负", "规范各类工作群", "各县区", 48, 35),
    ("长效", "常态化走访联系群众", "各县区", 50, None),
    ("长效", "健全定期回访办法", "各县区", 55, 90),
    ("长效", "修订便民服务指南", "各县区", 60, 45),
)
# The last assignment goes to as many branches as are missing for the round figure.
LAST = ("学习教育", "开展一次主题党日", "", 62, 60)

ACCEPTED_BY = "linxiaohe"
# Departments of the city that help with an item, and the items that stand first.
HELPED = {
    "摸排农村饮水点位": "澜川市水利局",
    "整治窗口服务慢": "澜川市政务服务局",
    "开展老旧小区上门走访": "澜川市住房城乡建设局",
    "解决农村客运停班": "澜川市交通运输局",
}
KEY = {MATTER, "解决农村客运停班", "公布本单位立行立改清单"}
# What is closed by declaring (报备制): too many answers for one office to look at, so samples are.
DECLARED = {STUDY: Nature.STUDY, MATTER: Nature.WORK}
# What is said when something is finished; the words of a unit, invented.
SAID = ("已按要求完成，资料存本单位备查。", "已完成，群众代表到场看过。", "已办好，结果在公示栏公布。")


@dataclass(frozen=True, slots=True)
class _Share:
    """One unit's share of one draft, before it exists as a task."""

    draft: int
    unit: int
    issued: date
    due: date | None
    is_declared: bool


def work_off_the_past(*, stage: Stage, has_plot: bool, say: Say) -> None:
    """
    Issue the breakdown table of the first two months and let the units answer, in the order in which it happened.

    With the plot, its lines are told between the others, each on its day. In the full city the figures come out as the
    constants above say.

    :raises RuntimeError: if they do not
    """
    acts: list[Act] = []
    shares: list[_Share] = []
    drafts: dict[str, int] = {}
    helpers = dict(Unit.objects.filter(name__in=HELPED.values()).values_list("name", "pk"))
    helping = {wording: (helpers[name],) for wording, name in HELPED.items() if name in helpers}

    def plan(row: tuple[str, str, str, int, int | None], target: str, rule: dict[str, object]) -> None:
        heading, wording, _word, day, given = row
        issued = stage.day(day)
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
            nature=DECLARED.get(wording, Nature.WORK),
            closing_mode=ClosingMode.DECLARE if wording in DECLARED else ClosingMode.CHECK,
            helper_ids=helping.get(wording, ()),
            source_label=f"专题教育实施方案任务分解表第{len(acts) + 1}项",
            source_sentence=f"{heading}方面，{wording}。",
        )
        draft = tasks.create_assignment(
            actor=stage.actor, campaign_id=stage.campaign.pk, assigner_id=stage.root.pk, text=text, at=moment(issued, 8)
        )
        drafts[wording] = draft.pk
        units = units_of_rule(assigner=stage.root, target=target, rule=rule, on=issued).order_by("order_path")
        shares.extend(
            _Share(draft.pk, unit_id, issued, due, wording in DECLARED)
            for unit_id in units.values_list("pk", flat=True)
        )
        acts.append(Act(moment(issued, 9), 0, lambda at: _issue(stage.actor, draft.pk, at)))

    for row in ROWS:
        plan(row, Target.CLASS, dict(CLASSES[row[2]]))
    story = tell(stage, drafts, {(share.draft, share.unit): share.due for share in shares}) if has_plot else Story()
    if stage.is_full:
        branches = Unit.objects.filter(kind="organ_branch").order_by("order_path").values_list("pk", flat=True)
        missing = TASKS - len(shares) - story.extra["total"] + story.count(MERGED)
        plan(LAST, Target.LISTED, {"units": list(branches[:missing])})
    acts += [*story.acts, *_answers(stage=stage, story=story, shares=shares)]
    _perform(stage, acts, say)
    if stage.is_full:
        _require_figures(stage)


def _perform(stage: Stage, acts: list[Act], say: Say) -> None:
    """Do everything in its order, a day at a time; what the day before came to is kept when the next one begins."""
    told = 0
    by_day = groupby(sorted(acts, key=lambda act: (act.at, act.order)), lambda act: timezone.localdate(act.at))
    for today, of_day in by_day:
        with transaction.atomic():
            figures.close_days(actor=stage.actor, campaign_id=stage.campaign.pk, today=today, at=moment(today, 0))
            for act in of_day:
                act.do(act.at)
                told += 1
        say(f"  {today}: {told} of {len(acts)} acts …")
    figures.close_days(actor=stage.actor, campaign_id=stage.campaign.pk, today=stage.today, at=stage.at)


def _require_figures(stage: Stage) -> None:
    found = counted.sums(
        actor=stage.actor,
        table=TASK_FIGURES,
        campaign_id=stage.campaign.pk,
        whole=[stage.root.pk],
    )[stage.root.pk]
    wanted = {"total": TASKS, "done": DONE, "to_sign": UNSIGNED, "overdue": OVERDUE, "asked": ASKED}
    wrong = {name: found[name] for name, number in wanted.items() if found[name] != number}
    if wrong:
        raise RuntimeError(f"the figures of the demonstration city are to be {wanted}, not {wrong}")
    if stage.has(SILENT):
        path, evening = Unit.objects.values_list("path", flat=True).get(pk=stage.ids[SILENT]), stage.day(SILENT_UNTIL)
        entered = TaskEntry.objects.filter(
            task__unit__path__startswith=path, kind__in=asked.ANSWERING, made_at__date=evening
        ).count()
        if entered != EVENING:
            raise RuntimeError(f"{SILENT} is to enter {EVENING} times on {evening}, not {entered}")


def _issue(actor: Actor, draft: int, at: datetime) -> None:
    tasks.issue(actor=actor, assignment_id=draft, at=at)
    while tasks.serve_next_units(actor=actor, assignment_id=draft, at=at):
        pass


def _endings(*, stage: Stage, story: Story, shares: list[_Share], random: Random) -> list[tuple[_Share, str]]:
    """Say of each share how it stands today, so that the quotas at the head of this file are met."""
    told = [
        (share, story.endings[share.draft, share.unit])
        for share in shares
        if (share.draft, share.unit) in story.endings
    ]
    order = [share for share in shares if (share.draft, share.unit) not in story.endings]
    random.shuffle(order)
    past = [share for share in order if share.due is not None and share.due < stage.today]
    open_now = [share for share in order if share.due is None or share.due >= stage.today]
    if stage.is_full:
        overdue, unsigned, asked = OVERDUE, UNSIGNED - story.extra["to_sign"], ASKED - story.extra["asked"]
        done = DONE - story.extra["done"] - story.count("done") - story.count("told") - (len(past) - overdue)
    else:
        overdue, unsigned, asked, done = max(1, len(past) // 19), 1, 2, len(open_now) // 9
    endings = [(share, "in_hand") for share in past[:overdue]] + [(share, "done") for share in past[overdue:]]
    endings += [(share, "done") for share in open_now[:done]]
    left = open_now[done:]
    # What is declared is never before somebody to be checked.
    checked = [share for share in left if share.due is not None and not share.is_declared]
    endings += [(share, "asked") for share in checked[:asked]]
    endings += [(share, "to_sign") for share in checked[asked : asked + unsigned]]
    placed = {(share.draft, share.unit) for share in checked[: asked + unsigned]}
    endings += [(share, "in_hand") for share in left if (share.draft, share.unit) not in placed]
    return [*told, *endings]


def _answers(*, stage: Stage, story: Story, shares: list[_Share]) -> Iterator[Act]:
    """Yield who signs, reports and is accepted when."""
    random = Random(SEED)  # noqa: S311 - a demonstration, the same each time
    today = stage.today
    actors = clerks({share.unit for share in shares})
    checker = stage.played_by(ACCEPTED_BY, stage.at)
    evening = EVENING
    for number, (share, ending) in enumerate(_endings(stage=stage, story=story, shares=shares, random=random)):
        if ending in {"to_sign", "told"}:
            continue
        clerk, is_silent = actors[share.unit], share.unit in story.silent
        signed = min(share.issued + timedelta(days=random.randint(0, 3)), today)
        signed_at = moment(signed, 10, number % 60)
        if is_silent and story.is_silence(signed):
            signed = story.silent_until
            if evening:
                evening -= 1
                signed_at = moment(signed, 19, 0) + timedelta(minutes=4 * (EVENING - evening))
            else:
                signed += timedelta(days=random.randint(1, 10))
                signed_at = moment(signed, 10, number % 60)
        yield Act(signed_at, 1, _step(share, clerk, "sign", ""))
        if ending in {"in_hand", MERGED}:
            continue
        latest = min(share.due or today, today - timedelta(days=2))
        span = max(1, (latest - signed).days)
        finished = signed + timedelta(days=max(1, span - random.randint(0, span // 2)))
        finished = max(finished, story.not_before.get((share.draft, share.unit), finished))
        if is_silent and story.is_silence(finished):
            finished = max(signed, story.silent_until) + timedelta(days=random.randint(1, 14))
        step = "declare" if share.is_declared else "ask_done"
        yield Act(moment(finished, 15, number % 60), 2, _step(share, clerk, step, SAID[number % len(SAID)]))
        if ending == "done" and not share.is_declared:
            accepted = min(finished + timedelta(days=random.randint(0, 2)), today)
            yield Act(moment(accepted, 17, number % 60), 3, _step(share, checker, "accept", ""))


def _step(share: _Share, who: Actor, name: str, text: str) -> Callable[[datetime], object]:
    def do(at: datetime) -> object:
        task = Task.objects.only("pk").get(assignment_id=share.draft, unit_id=share.unit)
        return tasks.take_step(actor=who, task_id=task.pk, step_name=name, text=text, at=at)

    return do

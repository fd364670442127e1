"""
The plot of the demonstration city: what is told of single units, each line on its own past days.

Nothing is put into the database by hand: every act is a command of the product, done by those whose act it is.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from duban.access import commands as access
from duban.accounts.throttling import Place
from duban.campaigns import commands as campaigns
from duban.config.demo.acts import Act, Stage, Story, clerks
from duban.config.demo.cast import HOUSING, SHUANGHUAI, TRANSPORT
from duban.config.demo.desks import VILLAGE, issue_notice, matters, pass_down
from duban.directives import commands as directives
from duban.kernel.authority import Actor
from duban.organisation import commands as organisation
from duban.organisation import queries as register
from duban.organisation.models import Unit
from duban.tasks import commands as tasks
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Task
from duban.tasks.states import ClosingMode, ConfirmationStatus, Importance, Target

# Two rows of the breakdown table on which the plot plays.
STUDY, MATTER = "组织党员开展一次专题学习", "每村办好一件群众盼的实事"
OWN_MATTER = "主要负责同志包抓一件群众反映强烈的事"
# What of a unit that ends goes on in the same item of its successor.
MERGED = "merged"

# Entries of 石岭县 in the evening that ends its silence.
EVENING = 43
SILENT = "石岭县"
# Weeks 4 to 7; the evening is the first of week 8.
SILENT_FROM, SILENT_UNTIL = 21, 49
ENDS, TAKES_OVER, MERGED_ON = "望澜区钟楼街道", "望澜区北塘街道", 53
FINANCE, FINANCE_ON, NEW_PRINCIPAL = "市财政局", 37, "褚砚澜"
BUSES = "澜川公交集团"
LAMPS = "望澜区新港街道新港花园社区"
TAPS_FROM = Place(address="127.0.0.1")


def tell(stage: Stage, drafts: Mapping[str, int], dues: Mapping[tuple[int, int], date | None]) -> Story:
    """Return the plot, as far as its units are in the city; `dues` are those of the shares of the table."""
    story = Story()
    if stage.has(SHUANGHUAI):
        _recorded_for_villages(stage, drafts, story)
    if stage.has(LAMPS):
        _lamps(stage, drafts, story)
    if stage.has(ENDS, TAKES_OVER):
        _merger(stage, dues, story)
    if stage.has(BUSES):
        _kept_up(stage, story)
    if stage.has(SILENT):
        _silence(stage, story)
    if stage.has(SHUANGHUAI, VILLAGE, FINANCE, HOUSING, TRANSPORT):
        _principals(stage, story)
    story.acts += [*_samples(stage), *matters(stage)]
    if stage.has("青榆县", SHUANGHUAI, VILLAGE):
        pass_down(stage, story)
    return story


def _recorded_for_villages(stage: Stage, drafts: Mapping[str, int], story: Story) -> None:
    """A township without clerks below it records for all its villages at once (代录), and nothing stays open."""
    villages = list(Unit.objects.filter(parent_id=stage.ids[SHUANGHUAI], kind="village").values_list("pk", flat=True))

    def record(wording: str, act: str, text: str) -> Callable[[datetime], object]:
        def do(at: datetime) -> None:
            shares = Task.objects.filter(assignment_id=drafts[wording], unit_id__in=villages)
            results = tasks.record_for_several(
                actor=stage.played_by("tianlu", at),
                task_ids=list(shares.values_list("pk", flat=True)),
                act=act,
                text=text,
                at=at,
            )
            refused = [row.refusal for row in results.rows if not row.is_done]
            if refused:
                raise RuntimeError(f"the township could not record: {refused[0]}")

        return do

    story.acts += [
        Act(stage.moment(9, 16), 5, record(STUDY, "sign", "")),
        Act(stage.moment(33, 16), 5, record(STUDY, "ask_done", "利用村民议事会前半小时学了一次，老党员送学上门。")),
        Act(stage.moment(34, 16), 5, record(MATTER, "sign", "")),
        Act(stage.moment(55, 16), 5, record(MATTER, "feedback", "各村选定一件：修涵管、装路灯、通堤顶便道。")),
        Act(
            stage.moment(78, 16),
            5,
            record(MATTER, "ask_done", "各村一件实事都已办好，村民代表到场看过，没有另做材料。"),
        ),
    ]
    for wording in (STUDY, MATTER):
        story.endings |= {(drafts[wording], unit): "told" for unit in villages}


def _lamps(stage: Stage, drafts: Mapping[str, int], story: Story) -> None:
    """A community writes down what residents said of its street lamps, and in nine days they burn."""
    unit = stage.ids[LAMPS]
    clerk = clerks({unit})[unit]

    def note(text: str) -> Callable[[datetime], object]:
        return lambda at: tasks.note_progress(
            actor=clerk, task_id=stage.task(LAMPS, drafts[MATTER]).pk, text=text, at=at
        )

    def declare(at: datetime) -> None:
        tasks.take_step(
            actor=clerk,
            task_id=stage.task(LAMPS, drafts[MATTER]).pk,
            step_name="declare",
            text="路灯全部修好，用了9天，逐户告知。34户回话，31户满意，3户要求加装，列入下月。",
            at=at,
        )

    story.acts += [
        Act(stage.moment(60, 20), 5, note("居民反映小区路灯不亮，同类意见37条，合并为一件，交物业和供电所。")),
        Act(stage.moment(65, 19), 5, note("已修好22盏，缺的灯头明天到货。")),
        Act(stage.moment(69, 20), 5, declare),
    ]
    story.endings[drafts[MATTER], unit] = "told"


def _merger(stage: Stage, dues: Mapping[tuple[int, int], date | None], story: Story) -> None:
    """Two sub-districts become one; whatever the one that ends held open goes on at its successor."""

    def merge(at: datetime) -> None:
        organisation.merge_units(
            actor=stage.played_by("suwan", at),
            unit_ids=[stage.ids[ENDS]],
            into_id=stage.ids[TAKES_OVER],
            on=stage.day(MERGED_ON),
            reason="优化街道设置，两街道合并，原钟楼街道事项由北塘街道承接",
            at=at,
        )
        access.end_grants_with_units(actor=Actor.system("access.end_with_units"), at=at)
        campaigns.take_over_campaigns(actor=Actor.system("campaigns.take_over"), at=at)
        directives.take_over_documents(actor=Actor.system("directives.take_over"), at=at)
        directives.take_over_passings(actor=Actor.system("directives.take_over"), at=at)
        organisation.take_over_held(actor=Actor.system("organisation.take_over_held"), at=at)
        while tasks.take_over_next(actor=Actor.system("tasks.take_over"), at=at):
            pass

    story.acts.append(Act(stage.moment(MERGED_ON, 8), 5, merge))
    merged_on = stage.day(MERGED_ON)
    for (draft, unit), due in dues.items():
        is_before = due is not None and due < merged_on
        if unit == stage.ids[ENDS]:
            story.endings[draft, unit] = "done" if is_before else MERGED
        elif unit == stage.ids[TAKES_OVER]:
            story.endings[draft, unit] = "done" if due is not None and due < stage.today else "in_hand"
            if not is_before:
                # Finished earlier, it would open again with what the other one left.
                story.not_before[draft, unit] = merged_on + timedelta(days=1)


def _kept_up(stage: Stage, story: Story) -> None:
    """What has no end is kept up by a request with two consents, and is never late afterwards."""
    issued: list[int] = []

    def task() -> Task:
        return stage.task(BUSES, issued[0])

    def assign(at: datetime) -> None:
        text = AssignmentText(
            heading="办实在",
            wording="保障早晚高峰和末班公交准点发车",
            target=Target.UNIT,
            target_rule={"unit": stage.ids[BUSES]},
            due_on=stage.day(50),
            changes_by_two=True,
            source_label="专题教育办第二次例会议定事项",
        )
        issued.append(_assigned(stage, text, at))

    def grant(who: str) -> Callable[[datetime], object]:
        return lambda at: tasks.decide_change(
            actor=stage.played_by(who, at), task_id=task().pk, step_name="grant", at=at
        )

    unit = stage.ids[BUSES]
    clerk = clerks({unit})[unit]
    story.acts += [
        Act(stage.moment(22, 9), 5, assign),
        Act(
            stage.moment(23, 9),
            5,
            lambda at: tasks.take_step(actor=clerk, task_id=task().pk, step_name="sign", at=at),
        ),
        Act(
            stage.moment(40, 9),
            5,
            lambda at: tasks.ask_change(
                actor=clerk,
                task_id=task().pk,
                kind="long_term",
                reason="发车间隔已调好；准点要靠每天坚持，没有办完的一天，申请转长期坚持。",
                at=at,
            ),
        ),
        Act(stage.moment(41, 10), 5, grant("linxiaohe")),
        Act(stage.moment(42, 10), 5, grant("hanlicheng")),
        Act(
            stage.moment(75, 16),
            5,
            lambda at: tasks.give_feedback(
                actor=clerk, task_id=task().pk, text="本月末班车准点率百分之九十八，雨天加开两班。", at=at
            ),
        ),
    ]
    story.extra += Counter(total=1)


def _silence(stage: Stage, story: Story) -> None:
    """A county says nothing for four weeks and enters everything in one evening."""
    path = Unit.objects.values_list("path", flat=True).get(pk=stage.ids[SILENT])
    story.silent = frozenset(Unit.objects.filter(path__startswith=path).values_list("pk", flat=True))
    story.silent_from, story.silent_until = stage.day(SILENT_FROM), stage.day(SILENT_UNTIL)


def _principals(stage: Stage, story: Story) -> None:
    """What principals do themselves: one changes and hands over, one taps a link, one signs in, two have not yet."""
    asked = (FINANCE, SHUANGHUAI, VILLAGE, "青榆县柳集镇", HOUSING, TRANSPORT)
    issued: list[int] = []
    clerk_of = clerks({stage.ids[key] for key in asked})

    def assign(at: datetime) -> None:
        text = AssignmentText(
            heading="办实在",
            wording=OWN_MATTER,
            target=Target.LISTED,
            target_rule={"units": [stage.ids[key] for key in asked]},
            due_on=stage.day(100),
            is_principals_own=True,
            importance=Importance.KEY,
            source_label="专题教育实施方案",
            source_sentence="党组织书记每人包抓一件群众反映强烈的事，办结由本人确认。",
        )
        issued.append(_assigned(stage, text, at))

    def step(key: str, name: str, text: str = "", who: str = "") -> Callable[[datetime], object]:
        def do(at: datetime) -> None:
            actor = stage.played_by(who, at) if who else clerk_of[stage.ids[key]]
            tasks.take_step(actor=actor, task_id=stage.task(key, issued[0]).pk, step_name=name, text=text, at=at)

        return do

    def put_before(key: str, text: str) -> Callable[[datetime], object]:
        return lambda at: tasks.put_before_principal(
            actor=clerk_of[stage.ids[key]], task_id=stage.task(key, issued[0]).pk, act="ask_done", text=text, at=at
        )

    def tap(key: str) -> Callable[[datetime], object]:
        def do(at: datetime) -> None:
            waiting = stage.task(key, issued[0]).confirmations.get(status=ConfirmationStatus.WAITING)
            _link, token = tasks.make_link(actor=clerk_of[stage.ids[key]], confirmation_id=waiting.pk, at=at)
            tasks.decide_by_link(actor=Actor.system("link"), token=token, step_name="agree", place=TAPS_FROM, at=at)

        return do

    story.acts += [
        Act(stage.moment(30, 15), 5, assign),
        Act(stage.moment(30, 16), 5, lambda at: issue_notice(stage, issued[0], at)),
        *(Act(stage.moment(31, 9, number), 5, step(key, "sign")) for number, key in enumerate(asked)),
        Act(stage.moment(35, 9), 5, put_before(FINANCE, "惠农补贴一卡通错发问题，已逐户核对补发。")),
        Act(stage.moment(FINANCE_ON, 9), 5, lambda at: _new_principal(stage, at)),
        Act(stage.moment(FINANCE_ON + 1, 9), 5, lambda at: _hand_over(stage, at)),
        Act(stage.moment(FINANCE_ON + 2, 9), 5, tap(FINANCE)),
        Act(stage.moment(FINANCE_ON + 3, 9), 5, step(FINANCE, "accept", who="linxiaohe")),
        Act(stage.moment(60, 9), 5, put_before(SHUANGHUAI, "镇卫生院到双槐村的断头路已接通，村民代表走过。")),
        Act(stage.moment(60, 12), 5, tap(SHUANGHUAI)),
        Act(stage.moment(61, 9), 5, step(SHUANGHUAI, "accept", who="linxiaohe")),
        Act(stage.moment(66, 20), 5, step(VILLAGE, "ask_done", "村东机井修好，三十一户恢复供水。", who="caoyougen")),
        Act(stage.moment(67, 9), 5, step(VILLAGE, "accept", who="linxiaohe")),
        Act(stage.moment(89, 17), 5, put_before(HOUSING, "梧桐里小区加装电梯的两个单元已达成一致，今日开工。")),
        Act(stage.moment(89, 17, 5), 5, put_before(TRANSPORT, "城南客运站候车棚已修复，恢复两条停运班线。")),
    ]
    story.extra += Counter(total=len(asked), done=3)


def _new_principal(stage: Stage, at: datetime) -> None:
    organisation.appoint_by_name(
        actor=stage.played_by("linxiaohe", at),
        unit_id=stage.ids[FINANCE],
        name=NEW_PRINCIPAL,
        kind="principal",
        title="局长",
        starts_on=stage.day(FINANCE_ON),
        at=at,
    )


def _hand_over(stage: Stage, at: datetime) -> None:
    unit = stage.ids[FINANCE]
    heads = [
        register.principals_of(actor=stage.actor, unit_ids=[unit], on=stage.day(day))[unit].person_id
        for day in (FINANCE_ON - 1, FINANCE_ON)
    ]
    tasks.hand_over(
        actor=stage.played_by("linxiaohe", at),
        unit_id=unit,
        from_person_id=heads[0],
        to_person_id=heads[1],
        note="一卡通问题台账、往来函件已当面移交。",
        at=at,
    )


def _samples(stage: Stage) -> Iterator[Act]:
    """What was declared is sampled: most of it true, one returned and finished again, the last three still to be seen."""
    drawn: list[int] = []

    def draw(at: datetime) -> None:
        sample = tasks.draw_sample(
            actor=stage.played_by("hanlicheng", at),
            campaign_id=stage.campaign.pk,
            scope_id=stage.root.pk,
            finished_from=stage.day(5),
            finished_until=stage.day(55),
            closing_mode=ClosingMode.DECLARE,
            number=12 if stage.is_full else 5,
            at=at,
        )
        drawn.extend(sample.items.order_by("position").values_list("pk", flat=True))

    def look(at: datetime) -> None:
        seen = drawn[: len(drawn) - 3]
        for sampled in seen[1:]:
            tasks.find_sampled(
                actor=stage.played_by("linxiaohe", at),
                sampled_id=sampled,
                step_name="find_true",
                finding="到场看过，问了三名党员，都参加了。",
                at=at,
            )
        tasks.find_sampled(
            actor=stage.played_by("linxiaohe", at),
            sampled_id=seen[0],
            step_name="find_untrue",
            finding="签到是会后补的，问到的党员说没有学。",
            new_due=stage.day(80),
            at=at,
        )

    def again(name: str, text: str, who: str) -> Callable[[datetime], object]:
        def do(at: datetime) -> None:
            task = Task.objects.get(samples__pk=drawn[0])
            actor = stage.played_by(who, at) if who else clerks({task.unit_id})[task.unit_id]
            tasks.take_step(actor=actor, task_id=task.pk, step_name=name, text=text, at=at)

        return do

    yield Act(stage.moment(62, 9), 5, draw)
    yield Act(stage.moment(64, 16), 5, look)
    yield Act(stage.moment(72, 20), 5, again("ask_done", "已重新组织，到会十九人，两名外出党员电话参加。", ""))
    yield Act(stage.moment(74, 10), 5, again("accept", "", "hanlicheng"))


def _assigned(stage: Stage, text: AssignmentText, at: datetime) -> int:
    clerk = stage.played_by("linxiaohe", at)
    draft = tasks.create_assignment(
        actor=clerk, campaign_id=stage.campaign.pk, assigner_id=stage.root.pk, text=text, at=at
    )
    return tasks.issue(actor=clerk, assignment_id=draft.pk, at=at).pk

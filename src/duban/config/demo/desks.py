"""What lies on the desks of the offices: a call from above passed down level by level, a numbered notice, their matters."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from duban.config.demo.acts import Act, Stage, Story, clerks
from duban.config.demo.cast import SHUANGHUAI
from duban.directives.states import DocumentKind
from duban.office import commands as office
from duban.office.commands import MatterText
from duban.office.states import DutyKind, MatterKind
from duban.organisation.models import Unit
from duban.reporting import commands as reporting
from duban.reporting import queries as papers
from duban.tasks import commands as tasks
from duban.tasks.commands import Passing
from duban.tasks.models import Task
from duban.tasks.states import Target

VILLAGE = f"{SHUANGHUAI}双槐村"
COUNTIES = ("望澜区", "青榆县", "石岭县")
CALLED = "逐村核实冬季饮水安全和困难群众取暖情况，发现问题当场解决"
CALLED_ON, CALLED_UNTIL = 84, 98
# Townships that have not signed yet, and villages for which the township has asked for completion.
UNSIGNED_BELOW, ASKED_BELOW = 3, 6
# Word of the series of the city's papers.
WORD = "澜教办发"
RED_HEAD = "澜川市委专题教育领导小组办公室文件"


def pass_down(stage: Stage, story: Story) -> None:
    """A call from the province becomes one task of each county; one county passes it down, and a township to its villages."""
    townships = list(
        Unit.objects.filter(parent_id=stage.ids["青榆县"], kind="township")
        .order_by("order_path")
        .values_list("pk", flat=True)
    )
    villages = list(
        Unit.objects.filter(parent_id=stage.ids[SHUANGHUAI], kind="village")
        .order_by("order_path")
        .values_list("pk", flat=True)
    )
    others = [unit for unit in townships if unit != stage.ids[SHUANGHUAI]]
    signing = others[: len(others) - UNSIGNED_BELOW] if stage.is_full else others[:1]
    recorded = [unit for unit in villages if unit != stage.ids[VILLAGE]]
    called: list[int] = []
    actors = clerks({*others, *villages, stage.ids["石岭县"]} if stage.has("石岭县") else {*others, *villages})

    def call(at: datetime) -> None:
        registered = office.register_wanted(
            actor=stage.played_by("linxiaohe", at),
            campaign_id=stage.campaign.pk,
            kind=DocumentKind.CALL,
            giver="省委专题教育办 值班室",
            matter=CALLED,
            due=_by(stage.day(CALLED_UNTIL)),
            owner="各县区",
            at=at,
        )
        called.append(registered.assignment.root_id or registered.assignment.pk)

    def share(unit: int) -> Task:
        """The unit's share of the call, on whatever level it has it."""
        here = Task.objects.filter(unit_id=unit)
        return here.get(assignment_id=called[0]) if unit in counties else here.get(assignment__root_id=called[0])

    def passed(who: str, unit: int, kind: str, words: str, own_due: int) -> Callable[[datetime], object]:
        return lambda at: tasks.pass_down(
            actor=stage.played_by(who, at),
            task_ids=[share(unit).pk],
            given=Passing(Target.CLASS, {"kinds": [kind]}, added_wording=words, own_due=stage.day(own_due)),
            at=at,
        )

    def step(unit: int, name: str) -> Callable[[datetime], object]:
        return lambda at: tasks.take_step(actor=actors[unit], task_id=share(unit).pk, step_name=name, at=at)

    def record(units: list[int], act: str, text: str) -> Callable[[datetime], object]:
        return lambda at: tasks.record_for_several(
            actor=stage.played_by("tianlu", at),
            task_ids=[share(unit).pk for unit in units],
            act=act,
            text=text,
            at=at,
        )

    counties = {stage.ids[key] for key in COUNTIES if stage.has(key)}
    story.acts += [
        Act(stage.moment(CALLED_ON, 10), 5, call),
        Act(
            stage.moment(CALLED_ON, 15),
            5,
            passed("wenruyue", stage.ids["青榆县"], "township", "包村干部到户看，不发通知，不要村里写材料。", 96),
        ),
        Act(
            stage.moment(CALLED_ON + 1, 9),
            5,
            passed("tianlu", stage.ids[SHUANGHUAI], "village", "先看独居老人和低保户，缺煤缺水当天报镇里。", 95),
        ),
        *(Act(stage.moment(CALLED_ON + 2, 9, number), 5, step(unit, "sign")) for number, unit in enumerate(signing)),
        Act(stage.moment(CALLED_ON + 2, 16), 5, record(recorded, "sign", "")),
        Act(stage.moment(CALLED_ON + 2, 17), 5, step(stage.ids[VILLAGE], "sign")),
        Act(
            stage.moment(CALLED_ON + 4, 16),
            5,
            record(recorded, "feedback", "已入户看过独居老人和低保户，两户缺煤，镇里当天送到。"),
        ),
        Act(
            stage.moment(CALLED_ON + 6, 16),
            5,
            record(recorded[:ASKED_BELOW], "ask_done", "全村核实完，饮水正常，困难户取暖都有着落。"),
        ),
    ]
    if stage.has("石岭县"):
        story.acts.append(Act(stage.moment(CALLED_ON + 2, 11), 5, step(stage.ids["石岭县"], "sign")))
    story.extra += Counter(
        total=len(counties) + len(townships) + len(villages),
        to_sign=1 + len(others) - len(signing),
        asked=len(recorded[:ASKED_BELOW]),
    )


def issue_notice(stage: Stage, assignment_id: int, at: datetime) -> None:
    """Number the notice of an assignment, as the office proposes it with a word of its own."""
    clerk = stage.played_by("linxiaohe", at)
    words = papers.notice_proposal(actor=clerk, assignment_id=assignment_id)
    reporting.issue_notice(
        actor=clerk,
        assignment_id=assignment_id,
        words=replace(words, word=WORD, red_head=RED_HEAD),
        on=timezone.localdate(at),
        at=at,
    )


def matters(stage: Stage) -> Iterator[Act]:
    """Yield what the city's office opened: a question answered for all, one waiting, a meeting, a visit, a decision."""
    answered: list[int] = []

    def opened(who: str, kind: str, text: MatterText) -> Callable[[datetime], object]:
        def do(at: datetime) -> None:
            matter = office.open_matter(
                actor=stage.played_by(who, at), campaign_id=stage.campaign.pk, kind=kind, text=text, at=at
            )
            answered.append(matter.pk)

        return do

    def answer(at: datetime) -> None:
        office.settle(
            actor=stage.played_by("linxiaohe", at),
            matter_id=answered[0],
            outcome="可以。已有的走访记录就是依据，不另填新表；办结时写明在哪里能看到即可。",
            is_shared=True,
            at=at,
        )

    yield Act(
        stage.moment(63, 9),
        6,
        opened(
            "liangxiaoman",
            MatterKind.QUESTION,
            MatterText("原有的走访台账能否代替新表", "我局去年已逐户走访，若再填一遍，内容完全相同。"),
        ),
    )
    yield Act(stage.moment(64, 9), 6, answer)
    yield Act(
        stage.moment(90, 9),
        6,
        opened(
            "dingyifan",
            MatterKind.QUESTION,
            MatterText("跨街道的小区由哪个街道牵头走访", "梧桐里小区横跨两个街道，两边都没有列入。"),
        ),
    )
    yield Act(
        stage.moment(88, 15),
        6,
        opened(
            "linxiaohe",
            MatterKind.MEETING,
            MatterText("专题教育办例会", "研究超期事项和第四次推进会筹备。", due_on=stage.day(93), interval_days=14),
        ),
    )
    yield Act(
        stage.moment(89, 9),
        6,
        opened(
            "linxiaohe",
            MatterKind.VISIT,
            MatterText(
                "到双槐镇随机走访",
                "不打招呼、不要汇报材料、不陪同。",
                addressee="领导小组副组长",
                place="双槐镇",
                due_on=stage.day(94),
            ),
        ),
    )
    yield Act(
        stage.moment(89, 10),
        6,
        opened(
            "linxiaohe",
            MatterKind.DECISION,
            MatterText(
                "第四次推进会怎么开",
                "超期事项三十一件，多数集中在少数单位。",
                addressee="领导小组",
                due_on=stage.day(97),
                options=("开到县区，视频会，不超过一小时", "不开全市会，只约谈超期单位"),
            ),
        ),
    )
    yield Act(stage.moment(86, 9), 6, lambda at: _duty(stage, at))


def _duty(stage: Stage, at: datetime) -> None:
    actor = stage.played_by("dingyifan", at)
    office.write_duty(
        actor=actor,
        campaign_id=stage.campaign.pk,
        unit_id=actor.unit_id or 0,
        text="保障性住房年度验收",
        due_on=stage.day(95),
        kind=DutyKind.CENTRAL,
        at=at,
    )


def _by(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日前"

"""What is asked of the units in the demonstration city this week: too much of one, and one thing that is known already."""

from datetime import datetime, timedelta

from django.utils import timezone

from duban.burden import commands, queries
from duban.burden.commands import DemandText, RequestText
from duban.burden.states import DemandKind
from duban.campaigns.models import Campaign
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput
from duban.organisation.models import Unit

# Eleven requests in one week by six senders (桑园街道).
BURDENED = "桑园街道"
REQUESTS = (
    ("市民政局", "困难家庭走访情况周报"),
    ("市民政局", "养老服务站点巡查表"),
    ("市卫生健康委", "疫苗接种进度周报"),
    ("市卫生健康委", "爱国卫生行动小结"),
    ("市教育局", "托管班摸底表"),
    ("市生态环境局", "秸秆禁烧巡查日报"),
    ("市生态环境局", "垃圾分类督查自评表"),
    ("市人力资源社会保障局", "灵活就业人员排查台账"),
    ("市人力资源社会保障局", "技能培训意愿周报"),
    ("市住房城乡建设局", "老旧小区改造意愿表"),
    ("市住房城乡建设局", "自建房排查补充表"),
)
# Asks every community for what stands in the register and in the figures: refused, and withdrawn.
ASKS_WHAT_IS_KNOWN = "市政务服务局"
WITHDRAWN_AS = "减负账本不予下发，本局撤回，不再要求报送。"


def fill_burden(*, actor: Actor, campaign: Campaign, at: datetime) -> None:
    """Book this week's requests to one sub-district, let one request be refused as known, and block harvest days."""
    units = {unit.shown_name: unit for unit in Unit.objects.all()} | {unit.name: unit for unit in Unit.objects.all()}
    burdened = next((unit for name, unit in units.items() if name.endswith(BURDENED)), None)
    senders = {
        name: next((unit for full, unit in units.items() if full.endswith(name)), None) for name, _what in REQUESTS
    }
    for number, (sender, what) in enumerate(REQUESTS, start=1):
        asker = senders[sender]
        if burdened is not None and asker is not None:
            commands.book(
                actor=actor,
                text=DemandText(
                    source=f"demonstration {number}",
                    kind=DemandKind.DATA_REQUEST,
                    asker_id=asker.pk,
                    what=what,
                    campaign_id=campaign.pk,
                    minutes=25,
                    due_on=timezone.localdate(at) + timedelta(days=4),
                ),
                units=Unit.objects.filter(pk=burdened.pk),
                at=at,
            )
    if burdened is not None and senders["市生态环境局"] is not None:
        for line in queries.asked_of(actor=actor, unit_id=burdened.pk, week=timezone.localdate(at)).lines:
            if line.demand.what == "垃圾分类督查自评表":
                commands.object_to(
                    actor=actor, row_id=line.row_id, reason="already_reported", words="每月考评已报", at=at
                )
    asker = next((unit for name, unit in units.items() if name.endswith(ASKS_WHAT_IS_KNOWN)), None)
    if asker is not None:
        _ask_what_is_known(actor=actor, campaign=campaign, asker=asker, at=at)
    commands.block_days(
        actor=actor,
        unit_id=campaign.root_id,
        name="秋收冬种",
        from_on=timezone.localdate(at) + timedelta(days=10),
        until_on=timezone.localdate(at) + timedelta(days=17),
        kinds=["village"],
        at=at,
    )


def _ask_what_is_known(*, actor: Actor, campaign: Campaign, asker: Unit, at: datetime) -> None:
    request = commands.register_request(
        actor=actor,
        campaign_id=campaign.pk,
        asker_id=asker.pk,
        text=RequestText(
            what="各社区每周报送党员人数和任务进度表",
            serves="掌握社区窗口力量",
            justification="便于每周调度",
            due_on=timezone.localdate(at) + timedelta(days=30),
            minutes=40,
            kinds=("community",),
        ),
        at=at,
    )
    try:
        commands.take_request_step(actor=actor, request_id=request.pk, step_name="submit", at=at)
    except InvalidInput as refused:
        # What was refused leaves no trace of its own: whoever asked says, on withdrawing, what they were told.
        told = str(refused)
    else:
        raise RuntimeError(f"a request for what is known was not refused: {request.what}")
    commands.take_request_step(
        actor=actor, request_id=request.pk, step_name="withdraw", reason=f"{WITHDRAWN_AS}{told}", at=at
    )

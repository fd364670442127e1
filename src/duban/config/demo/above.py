"""What came from above and what was said at the city's promotion meetings: registered by the real commands."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from duban.campaigns.models import Campaign
from duban.config.demo.speech import HELD_AFTER_DAYS
from duban.directives import commands as directives
from duban.directives.commands import Attendant, MeetingFacts
from duban.directives.models import Document, UnitPassing
from duban.directives.states import DocumentKind, Manner, OriginLevel
from duban.figures.queries import UnitChoice
from duban.kernel.authority import Actor
from duban.organisation.models import Unit

CONVENER = "澜川市委专题教育领导小组"
# The unit that passes everything on and makes nothing of it.
FORWARDS_ONLY = "澜川市卫生健康委"
# What the provincial office sent, by days after the launch; every department of the city relays it.
FROM_ABOVE: tuple[tuple[int, str], ...] = (
    (4, "各地要把专题教育与年度重点工作结合起来，防止两张皮。"),
    (12, "各地要认真学习第二批专题教育有关文件，领会精神、把握要求。"),
    (20, "各地要带着问题下基层，不发通知、不打招呼。"),
    (29, "各地要把群众反映强烈的事项列出来，一件一件推动解决。"),
    (38, "各地要力戒形式主义，不以台账和照片论成效。"),
    (47, "各地要统筹安排会议和检查，为基层减轻负担。"),
    (57, "各地要抓好典型引路，用身边事教育身边人。"),
    (68, "各地要及时回应群众关切，办结事项要让群众知道。"),
    (80, "各地要对照目标任务开展一次自查，查漏补缺。"),
)
# Days from the paper to the local meeting, one department after another; the limit is seven.
TAKEN = (2, 3, 4, 5, 3, 6, 2, 9, 4, 3, 5, 7)
MANNERS = (Manner.MEETING, Manner.STUDY, Manner.MEETING, Manner.MEETING)


def register_meetings(*, actor: Actor, campaign: Campaign, root: Unit, speech: Document, at: datetime) -> None:
    """Register the three promotion meetings; the long speech was held at the third."""
    people = (
        Attendant("", "市委副书记、专题教育领导小组副组长"),
        Attendant("韩立诚", "市专题教育办主任"),
    )
    third = None
    for day, title in (
        (31, "全市专题教育第一次推进会"),
        (60, "全市专题教育第二次推进会"),
        (HELD_AFTER_DAYS, "全市“察实情、解民忧、促发展”专题教育第三次推进会"),
    ):
        held_on = campaign.starts_on + timedelta(days=day)
        third = directives.register_meeting(
            actor=actor,
            campaign_id=campaign.pk,
            unit_id=root.pk,
            facts=MeetingFacts(
                title=title,
                held_on=held_on,
                convener=CONVENER,
                level=OriginLevel.CITY,
                attendance="各县（区）党委书记，市直各部门、市属企业和学校主要负责同志，各督导组组长",
                cause="第二次推进会后一个月进展评估：超期事项仍有三十余项" if day == HELD_AFTER_DAYS else "",
                cause_path=f"/table/?on={held_on - timedelta(days=1)}" if day == HELD_AFTER_DAYS else "",
                people=people,
            ),
            at=at,
        )
    if third is not None:
        speaker = third.people.get(name="")
        directives.add_speech(actor=actor, meeting_id=third.pk, person_id=speaker.pk, document_id=speech.pk, at=at)


def pass_on(*, actor: Actor, campaign: Campaign, root: Unit, at: datetime) -> None:
    """
    Register nine papers of the provincial office and how the departments relayed them.

    They ask for nothing of their own, so they make no tasks. One department forwarded each of them and did no more.
    """
    today = timezone.localdate(at)
    for number, (day, matter) in enumerate(FROM_ABOVE):
        dated_on = campaign.starts_on + timedelta(days=day)
        # On the day of each: what is to be relayed counts in the week in which it was asked for.
        that_day = timezone.make_aware(datetime.combine(dated_on, time(9)))
        registered = directives.register_incoming(
            actor=actor,
            campaign_id=campaign.pk,
            unit_id=root.pk,
            kind=DocumentKind.PAPER,
            giver="省委专题教育办",
            matter=matter,
            origin_level=OriginLevel.PROVINCIAL,
            paper_number=f"省教育办〔{dated_on.year}〕{number + 3}号",
            dated_on=dated_on,
            received_on=dated_on,
            at=that_day,
        )
        directives.set_aside(actor=actor, requirement_id=registered.requirement.pk, at=that_day)
        asked = directives.require_passing(
            actor=actor,
            unit_id=root.pk,
            document_id=registered.document.pk,
            choice=UnitChoice(levels=("city",), kinds=("department",)),
            at=that_day,
        )
        for days, manner, units in _lines(asked.pk, number):
            directives.record_passing(
                actor=actor,
                passing_id=asked.pk,
                unit_ids=units,
                passed_on=min(dated_on + timedelta(days=days), today),
                manner=manner,
                at=at,
            )


def _lines(passing_id: int, number: int) -> list[tuple[int, Manner, list[int]]]:
    """Return who relayed it after how many days and how: as few entries as there are ways."""
    found: dict[tuple[int, Manner], list[int]] = {}
    rows = (
        UnitPassing.objects.filter(passing=passing_id).order_by("unit__order_path").values_list("unit_id", "unit__name")
    )
    for place, (unit_id, name) in enumerate(rows):
        if name == FORWARDS_ONLY:
            way = (1, Manner.CIRCULAR)
        else:
            way = (TAKEN[(place + number) % len(TAKEN)], MANNERS[(place + number) % len(MANNERS)])
        found.setdefault(way, []).append(unit_id)
    return [(days, manner, units) for (days, manner), units in sorted(found.items())]

"""The plot of the demonstration city happens by the product's own commands and is visible afterwards."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.access import queries as access
from duban.accounts.models import User
from duban.burden import queries as ledger
from duban.burden.models import DataRequest, Demand
from duban.burden.states import DemandKind, RequestStatus
from duban.campaigns.models import Campaign
from duban.config.demo import burden, desks, filling, plot
from duban.config.demo.cast import HOUSING, SHUANGHUAI
from duban.config.demo.city import build_city
from duban.config.demo.model import DemoUnit
from duban.config.factories import SOME_MOMENT
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation
from duban.organisation.models import Post, Unit
from duban.papers.models import Paper
from duban.portal import queries as portal
from duban.tasks.models import Confirmation, HandOver, Sample, Task, TaskEntry, TaskFiguresPast
from duban.tasks.states import CLOSED_STATUSES, EntryKind, SampleStatus, TaskStatus

SYSTEM = Actor.system("test")
BURDENED = f"望澜区{burden.BURDENED}"
# Beside the small city, so that every line of the plot has its units.
MORE = (
    *(plot.FINANCE, plot.BUSES, plot.ENDS, f"{plot.ENDS}书院巷社区", plot.TAKES_OVER, "望澜区新港街道", plot.LAMPS),
    *(BURDENED, burden.ASKS_WHAT_IS_KNOWN, *(sender for sender, _what in burden.REQUESTS)),
)
# So many villages of the silent county, beside all its townships, leave enough unsaid for one evening.
SILENT_VILLAGES = 12


def some_units() -> list[DemoUnit]:
    city = build_city()
    wanted = {unit.key for unit in filling.small_city(city)} | set(MORE)
    silent = [unit for unit in city.units if unit.key.startswith(plot.SILENT)]
    wanted |= {unit.key for unit in silent if unit.kind == "township"}
    wanted |= {unit.key for unit in [unit for unit in silent if unit.kind == "village"][:SILENT_VILLAGES]}
    return [unit for unit in city.units if unit.key in wanted]


def unit_of(key: str) -> Unit:
    return Unit.objects.get(external_ids__scheme=filling.SCHEME, external_ids__value=key)


def share(key: str, wording: str) -> Task:
    return Task.objects.get(unit=unit_of(key), assignment__wording=wording)


def played_by(sign_in: str) -> Actor:
    return access.actor_of(user_id=User.objects.get(sign_in_name=sign_in).pk, post_id=None, at=SOME_MOMENT)


@pytest.mark.django_db
class TestPlot:
    def test_each_line_is_told_by_those_whose_act_it_is(self):
        filling.fill_city(
            actor=SYSTEM,
            at=SOME_MOMENT,
            city=build_city(),
            units=some_units(),
            is_full=False,
            has_plot=True,
            say=lambda _line: None,
        )
        self._a_township_records_for_fourteen_villages()
        self._a_silent_county_enters_everything_in_one_evening()
        self._it_is_told_to_the_county_and_its_contact_only()
        self._what_is_known_is_refused_and_the_request_withdrawn()
        self._a_sub_district_is_asked_eleven_times_in_one_week()
        self._what_residents_said_of_their_lamps_stands_in_the_thread()
        self._a_merged_sub_district_leaves_nothing_without_an_owner()
        self._a_new_principal_takes_over_what_waited()
        self._long_term_work_was_never_late()
        self._a_call_goes_down_three_levels_with_words_added_on_the_way()
        self._what_was_declared_is_sampled_and_a_notice_has_its_number()

    def _a_township_records_for_fourteen_villages(self):
        villages = Unit.objects.filter(parent=unit_of(SHUANGHUAI))
        for wording in (plot.STUDY, plot.MATTER):
            shares = Task.objects.filter(unit__in=villages, assignment__wording=wording)
            assert shares.filter(status=TaskStatus.DONE).count() == 14
            keyed = TaskEntry.objects.filter(task__in=shares, kind=EntryKind.DECLARE).values_list("keyed_by", flat=True)
            assert len(keyed) == 14
            assert all("田露" in words for words in keyed)
        tapped = Confirmation.objects.get(task=share(SHUANGHUAI, plot.OWN_MATTER))
        assert (tapped.way, tapped.status) == ("link", "agreed")
        assert Confirmation.objects.get(task=share(HOUSING, plot.OWN_MATTER)).status == "waiting"

    def _a_silent_county_enters_everything_in_one_evening(self):
        county = unit_of(plot.SILENT)
        made = TaskEntry.objects.filter(unit__path__startswith=county.path).values_list("made_at", flat=True)
        launch = Campaign.objects.get().starts_on
        days = [(moment.date() - launch).days for moment in made]
        assert not [day for day in days if plot.SILENT_FROM <= day < plot.SILENT_UNTIL]
        assert days.count(plot.SILENT_UNTIL) == plot.EVENING == 43

    def _it_is_told_to_the_county_and_its_contact_only(self):
        """Its own office and the head of the group that looks after it see weeks 4 to 7 empty, and the evening after."""
        county, campaign = unit_of(plot.SILENT), Campaign.objects.get()
        for sign_in in ("fangqiaoyun", "shaoguangtian"):
            found = portal.activity(
                actor=played_by(sign_in), campaign=campaign, unit_id=county.pk, today=SOME_MOMENT.date()
            )
            (gap,) = found.gaps
            assert (gap.first.number, gap.last.number) == (4, 7)
            evening = gap.made_up_on
            assert evening is not None
            assert evening.day == campaign.starts_on + timedelta(days=plot.SILENT_UNTIL)
            assert evening.entries == plot.EVENING
            assert (timezone.localtime(evening.first_at).hour, timezone.localtime(evening.last_at).hour) == (19, 21)
        for sign_in in ("linxiaohe", "hanlicheng"):
            assert not portal.may_see_activity(actor=played_by(sign_in), unit=county)

    def _what_is_known_is_refused_and_the_request_withdrawn(self):
        """The request stands on its page with the refusal that it met, and was asked of nobody."""
        request = DataRequest.objects.get()
        assert (request.asker, request.status) == (unit_of(burden.ASKS_WHAT_IS_KNOWN), RequestStatus.WITHDRAWN)
        communities = Unit.objects.filter(kind="community", valid_until__isnull=True)
        assert request.unit_count == communities.count() > 1
        assert not Demand.objects.filter(asker=request.asker, kind=DemandKind.DATA_REQUEST).exists()
        client = Client()
        client.force_login(User.objects.get(sign_in_name="linxiaohe"))
        page = client.get(reverse("burden:request", args=[request.pk])).content.decode()
        assert burden.WITHDRAWN_AS in page
        for known in ("organisation:units", "portal:units"):
            assert f"（{reverse(known)}）" in request.reason
            assert f'<a href="{reverse(known)}">' in page

    def _a_sub_district_is_asked_eleven_times_in_one_week(self):
        unit = unit_of(BURDENED)
        found = ledger.asked_of(actor=played_by("linxiaohe"), unit_id=unit.pk, week=SOME_MOMENT.date())
        asked = [line.demand for line in found.lines if line.demand.kind == DemandKind.DATA_REQUEST]
        assert (len(asked), len({demand.asker_id for demand in asked})) == (11, 6)
        assert found.cap is not None
        assert found.counts["items"] >= 11 > found.cap.requests
        assert found.above
        assert [line.objection.words for line in found.lines if line.objection] == ["每月考评已报"]

    def _what_residents_said_of_their_lamps_stands_in_the_thread(self):
        lamps = share(plot.LAMPS, plot.MATTER)
        assert lamps.status == TaskStatus.DONE
        assert "37" in lamps.entries.filter(kind=EntryKind.FEEDBACK).order_by("pk")[0].text

    def _a_merged_sub_district_leaves_nothing_without_an_owner(self):
        ended, successor = unit_of(plot.ENDS), unit_of(plot.TAKES_OVER)
        assert ended.valid_until is not None
        assert not Task.objects.filter(unit=ended).exclude(status__in=CLOSED_STATUSES).exists()
        merged = Task.objects.filter(unit=ended, status=TaskStatus.MERGED)
        assert merged
        assert {task.merged_into.unit_id for task in merged if task.merged_into} == {successor.pk}
        assert unit_of(f"{plot.ENDS}书院巷社区").parent_id == successor.pk
        assert not organisation.check_tree(actor=SYSTEM)
        assert not organisation.check_owners(actor=SYSTEM, on=SOME_MOMENT.date())

    def _a_new_principal_takes_over_what_waited(self):
        finance = unit_of(plot.FINANCE)
        principals = list(Post.objects.filter(unit=finance, kind="principal").order_by("starts_on"))
        assert [post.ends_on for post in principals] == [principals[1].starts_on, None]
        made = HandOver.objects.get(unit=finance)
        assert (made.to_person.name, [item["kind"] for item in made.items]) == (plot.NEW_PRINCIPAL, ["confirmation"])
        assert share(plot.FINANCE, plot.OWN_MATTER).status == TaskStatus.DONE

    def _long_term_work_was_never_late(self):
        buses = unit_of(plot.BUSES)
        kept_up = Task.objects.get(unit=buses)
        assert (kept_up.status, kept_up.agreed_due) == (TaskStatus.LONG_TERM, None)
        assert kept_up.original_due is not None
        assert kept_up.original_due < SOME_MOMENT.date()
        assert not TaskFiguresPast.objects.filter(unit=buses, overdue__gt=0).exists()
        assert [entry.kind for entry in kept_up.entries.order_by("pk")][2:4] == [EntryKind.ENDORSE, EntryKind.KEEP_UP]

    def _a_call_goes_down_three_levels_with_words_added_on_the_way(self):
        village = share(desks.VILLAGE, desks.CALLED)
        chain = [village]
        while chain[-1].passed_from is not None:
            chain.append(chain[-1].passed_from)
        assert [task.unit for task in chain] == [unit_of(key) for key in (desks.VILLAGE, SHUANGHUAI, "青榆县")]
        assert all(task.assignment.added_wording for task in chain[:2])
        dues = [task.agreed_due for task in chain]
        assert dues == sorted(filter(None, dues))
        assert Task.objects.filter(passed_from=chain[1]).count() == 14

    def _what_was_declared_is_sampled_and_a_notice_has_its_number(self):
        drawn = Sample.objects.get().items.order_by("position")
        assert [row.status for row in drawn] == [SampleStatus.UNTRUE, SampleStatus.IS_TRUE, *[SampleStatus.TO_LOOK] * 3]
        assert drawn[0].task.status == TaskStatus.DONE
        paper = Paper.objects.get()
        assert (paper.number, paper.series.word) == (1, desks.WORD)

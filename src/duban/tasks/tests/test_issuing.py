"""Fan-out: the choice is fixed once, each unit has one task, a broken job goes on where it was."""

import pytest

from duban.audit.models import AuditEvent
from duban.config.factories import SOME_DAY, SOME_MOMENT
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed
from duban.organisation.models import Unit
from duban.tasks import commands
from duban.tasks.commands.drafting import AssignmentText
from duban.tasks.models import Assignment, Task, TaskFigures

AT = SOME_MOMENT


def draft(cast, **rule):
    text = AssignmentText(wording="开展走访", target="class", target_rule=rule, due_on=SOME_DAY, closing_mode="declare")
    return commands.create_assignment(
        actor=cast.office, campaign_id=cast.campaign.pk, assigner_id=cast.tree.city.pk, text=text, at=AT
    )


def serve_all(assignment, step=100):
    job = Actor.system("test")
    while commands.serve_next_units(actor=job, assignment_id=assignment.pk, at=AT, step=step):
        pass


class TestIssue:
    def test_to_every_department_reaches_each_of_them_at_once(self, cast):
        issued = commands.issue(actor=cast.office, assignment_id=draft(cast, kinds=["department"]).pk, at=AT)
        assert issued.status == "issued"
        assert set(Task.objects.values_list("unit_id", flat=True)) == set(
            Unit.objects.filter(kind="department").values_list("pk", flat=True)
        )

    def test_to_hundreds_of_units_is_a_job_in_steps(self, cast):
        assignment = commands.issue(actor=cast.office, assignment_id=draft(cast, levels=["village"]).pk, at=AT)
        assert (assignment.status, Task.objects.count()) == ("issuing", 0)
        serve_all(assignment)
        assignment.refresh_from_db()
        chosen = Unit.objects.filter(level="village").count()
        assert (assignment.status, assignment.units_done, Task.objects.count()) == ("issued", chosen, chosen)
        assert TaskFigures.objects.filter(to_sign=1).count() == chosen

    def test_goes_on_after_a_crash_without_a_second_task(self, cast):
        assignment = commands.issue(actor=cast.office, assignment_id=draft(cast, levels=["village"]).pk, at=AT)
        job = Actor.system("test")
        commands.serve_next_units(actor=job, assignment_id=assignment.pk, at=AT, step=100)
        # The step was done, but its progress was lost: it runs twice.
        Assignment.objects.filter(pk=assignment.pk).update(cursor=0, units_done=0)
        serve_all(assignment)
        chosen = Unit.objects.filter(level="village").count()
        assert Task.objects.count() == chosen

    def test_leaves_one_row_with_rule_number_and_hash(self, cast):
        commands.issue(actor=cast.office, assignment_id=draft(cast, kinds=["department"]).pk, at=AT)
        event = AuditEvent.objects.get(verb="assignment.issue")
        assert '"kinds":["department"]' in event.payload
        assert '"units_sha256"' in event.payload

    def test_never_reaches_beyond_the_assigners_subtree(self, cast):
        with pytest.raises(NotAllowed):
            commands.create_assignment(
                actor=cast.owner,
                campaign_id=cast.campaign.pk,
                assigner_id=cast.tree.departments[1].pk,
                text=AssignmentText(wording="x", target="class", target_rule={}, due_on=SOME_DAY),
                at=AT,
            )

    def test_happens_once(self, cast):
        assignment = draft(cast, kinds=["department"])
        commands.issue(actor=cast.office, assignment_id=assignment.pk, at=AT)
        with pytest.raises(IllegalStep):
            commands.issue(actor=cast.office, assignment_id=assignment.pk, at=AT)

    def test_a_choice_without_units_is_refused(self, cast):
        with pytest.raises(InvalidInput, match="No unit"):
            commands.issue(actor=cast.office, assignment_id=draft(cast, kinds=["sub_district"]).pk, at=AT)


class TestFigures:
    def test_kept_figures_agree_with_a_recount_of_everything(self, cast):
        assignment = commands.issue(actor=cast.office, assignment_id=draft(cast, levels=["village"]).pk, at=AT)
        serve_all(assignment)
        assert figures.recount_all(actor=Actor.system("test"), campaign_id=cast.campaign.pk, at=AT) == {"tasks": 0}

    def test_a_falsified_figure_is_found_and_put_right(self, cast):
        commands.issue(actor=cast.office, assignment_id=draft(cast, kinds=["department"]).pk, at=AT)
        TaskFigures.objects.filter(unit=cast.tree.departments[1]).update(done=5)
        job = Actor.system("test")
        assert figures.recount_all(actor=job, campaign_id=cast.campaign.pk, at=AT) == {"tasks": 1}
        assert figures.recount_all(actor=job, campaign_id=cast.campaign.pk, at=AT) == {"tasks": 0}

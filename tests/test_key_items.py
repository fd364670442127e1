"""What the office marks as a key item stands first in every list until it is closed (R-635, R-640, R-643)."""

from datetime import date

from duban.config import factories
from duban.tasks import queries
from duban.tasks.models import Task
from duban.tasks.states import TaskStatus

TODAY = date(2026, 3, 2)


def test_key_items_come_first_then_by_date(tree: factories.Tree) -> None:
    village = tree.villages[0]
    campaign = factories.make_campaign(root=tree.city)
    office = factories.actor_with(unit=tree.city, role="office_head")

    def make(wording: str, due_on: date | None, *, is_key: bool, status: str = TaskStatus.IN_HAND) -> None:
        work = factories.make_work(
            campaign=campaign, assigner=tree.office, units=[village], wording=wording, due_on=due_on, status=status
        )
        Task.objects.filter(assignment=work.assignment).update(is_key=is_key)

    make("later", date(2026, 9, 30), is_key=False)
    make("undated", None, is_key=False)
    make("sooner", date(2026, 3, 31), is_key=False)
    make("key and later", date(2026, 12, 31), is_key=True)
    make("key and sooner", date(2026, 6, 30), is_key=True)
    make("key and closed", date(2026, 3, 3), is_key=True, status=TaskStatus.DONE)

    given = queries.TaskFilter(campaign_id=campaign.pk, as_of=TODAY, near_until=date(2026, 3, 9), status="open")
    page = queries.work_list(actor=office, given=given)
    expected = ["key and sooner", "key and later", "sooner", "later", "undated"]
    assert [task.assignment.wording.partition("（")[0] for task in page.rows] == expected
    assert {task.unit for task in page.rows} == {village}

    owed = queries.owed_lines(actor=office, unit_id=village.pk, campaign_id=campaign.pk, tab="mine", most=9)
    assert [task.wording.partition("（")[0] for task in owed.lines] == expected

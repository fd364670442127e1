"""Robots that are on get the numbers of the day: figures and messages brought together."""

from datetime import timedelta

import pytest

from duban.config import jobs
from duban.config.factories import SOME_DAY, SOME_MOMENT, Tree
from duban.kernel.authority import Actor
from duban.notices.models import Robot, RobotMessage
from duban.portal.tests.conftest import make_office

SYSTEM = Actor.system("test")


@pytest.mark.parametrize("is_on", [True, False])
def test_each_robot_that_is_on_gets_its_message_of_the_day_once(tree: Tree, is_on: bool) -> None:
    office = make_office(tree)
    villages = [unit for unit in tree.villages if unit.path.startswith(tree.counties[0].path)]
    office.assign(units=villages[:3], wording="走访困难党员", due_on=SOME_DAY - timedelta(days=3))
    office.recount()
    robots = [
        Robot.objects.create(
            unit=unit,
            kind="wecom",
            name="群",
            address=b"-",
            address_hint="",
            fingerprint=f"{unit.pk}",
            keyword="督办",
            is_on=is_on,
            entered_by=0,
            entered_at=SOME_MOMENT,
        )
        for unit in (tree.city, tree.counties[0], tree.counties[1])
    ]
    assert jobs.write_group_messages(actor=SYSTEM, at=SOME_MOMENT) == (2 if is_on else 0)
    assert jobs.write_group_messages(actor=SYSTEM, at=SOME_MOMENT) == 0
    if is_on:
        message = RobotMessage.objects.get(robot=robots[0])
        assert message.text.startswith("【督办】")
        assert "未签收" in message.text
        assert len(message.text.encode()) <= 2048

"""The flow tables."""

import pytest

from duban.kernel.errors import IllegalStep
from duban.tasks.policy import WHO_MAY
from duban.tasks.states import ASSIGNMENT_FLOW, BREAKDOWN_FLOW, CHANGE_FLOW, TASK_FLOW, TaskStatus


def test_every_step_of_a_task_has_a_rule_of_who_may_take_it():
    assert {step.name for step in TASK_FLOW} == set(WHO_MAY)


@pytest.mark.parametrize("status", TaskStatus.values)
def test_a_step_that_is_not_in_the_table_is_illegal(status):
    offered = {step.name for step in TASK_FLOW.steps_from(status)}
    for name in {step.name for step in TASK_FLOW} - offered:
        with pytest.raises(IllegalStep):
            TASK_FLOW.step(name, source=status)


@pytest.mark.parametrize("flow", [ASSIGNMENT_FLOW, BREAKDOWN_FLOW, CHANGE_FLOW, TASK_FLOW])
def test_every_flow_can_be_walked_and_ends(flow):
    sources = {step.source for step in flow}
    assert {step.target for step in flow} - sources, "a flow without an end would never let go"

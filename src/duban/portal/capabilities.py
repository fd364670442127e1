"""The capabilities and the rule by which the front page chooses a first screen."""

from duban.office.policy import OfficeCapability
from duban.portal.policy import PortalCapability, is_only_member
from duban.tasks.policy import TasksCapability

BRANCH = PortalCapability.BRANCH
PRINCIPAL = PortalCapability.PRINCIPAL
TOWNSHIP = PortalCapability.TOWNSHIP
ASSIGN = TasksCapability.ASSIGN
DECIDE = OfficeCapability.DECIDE
URGE = TasksCapability.URGE
ANSWER = TasksCapability.ANSWER
VIEW = TasksCapability.VIEW

__all__ = ["ANSWER", "ASSIGN", "BRANCH", "DECIDE", "PRINCIPAL", "TOWNSHIP", "URGE", "VIEW", "is_only_member"]

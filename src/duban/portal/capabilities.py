"""The capabilities by which the front page chooses a first screen."""

from duban.office.policy import OfficeCapability
from duban.portal.policy import PortalCapability
from duban.tasks.policy import TasksCapability

BRANCH = PortalCapability.BRANCH
MEMBER = PortalCapability.MEMBER
PRINCIPAL = PortalCapability.PRINCIPAL
TOWNSHIP = PortalCapability.TOWNSHIP
ASSIGN = TasksCapability.ASSIGN
DECIDE = OfficeCapability.DECIDE
URGE = TasksCapability.URGE
ANSWER = TasksCapability.ANSWER
VIEW = TasksCapability.VIEW

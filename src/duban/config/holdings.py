"""The table of what a unit can hold open, and of what goes on naming a unit that ended; each subject adds its own."""

from duban.access.holdings import ACCESS_HOLDINGS
from duban.burden.holdings import BURDEN_HISTORY, BURDEN_HOLDINGS
from duban.campaigns.holdings import CAMPAIGN_HOLDINGS
from duban.directives.holdings import DIRECTIVES_HISTORY, DIRECTIVES_HOLDINGS
from duban.notices.holdings import NOTICES_HISTORY, NOTICES_HOLDINGS
from duban.office.holdings import OFFICE_HOLDINGS
from duban.organisation.register.holdings import ORGANISATION_HISTORY, ORGANISATION_HOLDINGS
from duban.papers.holdings import PAPERS_HISTORY
from duban.tasks.holdings import TASK_HISTORY, TASK_HOLDINGS

HOLDINGS = (
    *ORGANISATION_HOLDINGS,
    *TASK_HOLDINGS,
    *DIRECTIVES_HOLDINGS,
    *BURDEN_HOLDINGS,
    *OFFICE_HOLDINGS,
    *CAMPAIGN_HOLDINGS,
    *NOTICES_HOLDINGS,
    *ACCESS_HOLDINGS,
)

HISTORY = (
    *ORGANISATION_HISTORY,
    *TASK_HISTORY,
    *DIRECTIVES_HISTORY,
    *BURDEN_HISTORY,
    *PAPERS_HISTORY,
    *NOTICES_HISTORY,
)

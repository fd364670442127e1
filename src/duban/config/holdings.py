"""The table of what a unit can hold open; each subject contributes its own."""

from duban.access.holdings import ACCESS_HOLDINGS
from duban.campaigns.holdings import CAMPAIGN_HOLDINGS
from duban.directives.holdings import DIRECTIVES_HOLDINGS
from duban.organisation.register.holdings import ORGANISATION_HOLDINGS
from duban.tasks.holdings import TASK_HOLDINGS

HOLDINGS = (*ORGANISATION_HOLDINGS, *TASK_HOLDINGS, *DIRECTIVES_HOLDINGS, *CAMPAIGN_HOLDINGS, *ACCESS_HOLDINGS)

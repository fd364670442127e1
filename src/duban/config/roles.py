"""Who can do what. An auditor should need no other file."""

from duban.access.policy import AccessCapability as Access
from duban.accounts.policy import AccountsCapability as Accounts
from duban.audit.policy import AuditCapability as Audit
from duban.burden.policy import BurdenCapability as Burden
from duban.campaigns.policy import CampaignCapability as Campaign
from duban.directives.policy import DirectivesCapability as Directives
from duban.notices.policy import NoticesCapability as Notices
from duban.office.policy import OfficeCapability as Office
from duban.organisation.policy import OrganisationCapability as Organisation
from duban.papers.policy import PapersCapability as Papers
from duban.portal.policy import PortalCapability as Portal
from duban.tasks.policy import TasksCapability as Tasks
from duban.upkeep.policy import UpkeepCapability as Upkeep
from duban.workdays.policy import WorkdaysCapability as Workdays

_READS = frozenset({Organisation.VIEW, Directives.VIEW, Tasks.VIEW, Burden.VIEW})
# Whoever passes a task down checks the parts (design: answers come up level by level), and answers the units that
# object to them.
_PASSES = frozenset({Tasks.PASS_DOWN, Tasks.CHECK, Burden.ANSWER})
_ASSIGNS = (
    _READS | _PASSES | {Directives.EDIT, Papers.ISSUE, Tasks.ASSIGN, Tasks.SAMPLE, Tasks.URGE, Burden.ASK, Office.KEEP}
)
_ANSWERS = frozenset(
    {
        Organisation.VIEW,
        Organisation.DESCRIBE,
        Tasks.VIEW,
        Tasks.ANSWER,
        Burden.VIEW,
        Burden.OBJECT,
        Office.ASK,
        Directives.PASS_ON,
    }
)
# Names of members stay in the branch and with the offices that keep the register.
_MEMBERS = frozenset({Organisation.READ_MEMBERS, Organisation.KEEP_MEMBERS})

# Beside the password these show a second factor, where DUBAN_SECOND_FACTOR requires it: whoever assigns to many units,
# and whoever could open doors to others.
SECOND_FACTOR = frozenset(
    {
        "office_clerk",
        "office_head",
        "county_office",
        "delegated_admin",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
)

ROLES: dict[str, frozenset[str]] = {
    # The office of a leading group: assigns, follows, checks.
    "office_clerk": frozenset(_ASSIGNS | _MEMBERS | {Organisation.EDIT, Organisation.IMPORT}),
    "office_head": frozenset(
        _ASSIGNS
        | _MEMBERS
        | {
            Organisation.EDIT,
            Organisation.IMPORT,
            Campaign.EDIT,
            Tasks.CONSENT,
            Burden.APPROVE,
            Burden.LIMIT,
            Notices.ROBOTS,
        }
    ),
    # The same on its own subtree; it asks the office above.
    "county_office": frozenset(
        _ASSIGNS | _MEMBERS | {Organisation.EDIT, Organisation.IMPORT, Office.ASK, Accounts.DELEGATE, Notices.ROBOTS}
    ),
    # A lead department reads, urges and passes down inside its line, and registers what it asks there.
    "line_clerk": frozenset(_READS | _PASSES | {Tasks.URGE, Burden.ASK}),
    # A unit answers for itself.
    "unit_liaison": frozenset(_ANSWERS | _MEMBERS),
    "unit_principal": frozenset(_ANSWERS | _PASSES | _MEMBERS | {Portal.PRINCIPAL}),
    "unit_deputy": frozenset(_ANSWERS),
    "branch_secretary": frozenset(_ANSWERS | _MEMBERS | {Portal.BRANCH}),
    # A township records for its villages, and passes down to them.
    "township_recorder": frozenset(_ANSWERS | _PASSES | _MEMBERS | {Portal.TOWNSHIP}),
    # Opens accounts for people in posts of the units below, never at the own level.
    "delegated_admin": frozenset({Organisation.VIEW, Accounts.DELEGATE}),
    # Supervision reads and never edits.
    "group_head": frozenset(_READS | {Tasks.SAMPLE}),
    "group_member": frozenset(_READS | {Tasks.SAMPLE}),
    # Decides and instructs; reads everything.
    "leading_group_member": frozenset(_READS | {Office.DECIDE, Directives.INSTRUCT}),
    "intake_clerk": frozenset({Organisation.VIEW}),
    "member": frozenset({Organisation.VIEW, Tasks.FOLLOW, Portal.MEMBER}),
    # Three administrators, never one; none has business rights.
    "system_admin": frozenset({Organisation.VIEW, Organisation.EDIT, Organisation.IMPORT, Workdays.EDIT, Upkeep.VIEW}),
    "security_admin": frozenset({Organisation.VIEW, Accounts.EDIT, Access.VIEW, Access.EDIT}),
    "audit_admin": frozenset({Organisation.VIEW, Audit.VIEW, Access.VIEW, Upkeep.VIEW}),
}

"""Who can do what. An auditor should need no other file."""

from duban.access.policy import AccessCapability as Access
from duban.accounts.policy import AccountsCapability as Accounts
from duban.audit.policy import AuditCapability as Audit
from duban.campaigns.policy import CampaignCapability as Campaign
from duban.directives.policy import DirectivesCapability as Directives
from duban.organisation.policy import OrganisationCapability as Organisation
from duban.tasks.policy import TasksCapability as Tasks
from duban.workdays.policy import WorkdaysCapability as Workdays

_READS = frozenset({Organisation.VIEW, Directives.VIEW, Tasks.VIEW})
_ASSIGNS = _READS | {Directives.EDIT, Tasks.ASSIGN, Tasks.CHECK}
_ANSWERS = frozenset({Organisation.VIEW, Organisation.DESCRIBE, Tasks.VIEW, Tasks.ANSWER})

ROLES: dict[str, frozenset[str]] = {
    # The office of a leading group: assigns, follows, checks.
    "office_clerk": frozenset(_ASSIGNS | {Organisation.EDIT, Organisation.IMPORT}),
    "office_head": frozenset(_ASSIGNS | {Organisation.EDIT, Organisation.IMPORT, Campaign.EDIT}),
    # The same on its own subtree.
    "county_office": frozenset(_ASSIGNS | {Organisation.EDIT, Organisation.IMPORT}),
    # A lead department reads inside its line.
    "line_clerk": frozenset(_READS),
    # A unit answers for itself.
    "unit_liaison": frozenset(_ANSWERS),
    "unit_principal": frozenset(_ANSWERS),
    "unit_deputy": frozenset(_ANSWERS),
    "branch_secretary": frozenset(_ANSWERS),
    # A township records for its villages.
    "township_recorder": frozenset(_ANSWERS),
    # Supervision reads and never edits.
    "group_head": frozenset(_READS),
    "group_member": frozenset(_READS),
    # Decides; reads everything.
    "leading_group_member": frozenset(_READS),
    "intake_clerk": frozenset({Organisation.VIEW}),
    "member": frozenset({Organisation.VIEW}),
    # Three administrators, never one; none has business rights.
    "system_admin": frozenset({Organisation.VIEW, Organisation.EDIT, Organisation.IMPORT, Workdays.EDIT}),
    "security_admin": frozenset({Organisation.VIEW, Accounts.EDIT, Access.VIEW, Access.EDIT}),
    "audit_admin": frozenset({Organisation.VIEW, Audit.VIEW, Access.VIEW}),
}

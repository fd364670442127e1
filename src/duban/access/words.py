"""What people call the roles."""

from django.utils.translation import gettext_lazy as _

# One line per role of config.roles.ROLES, in the order in which forms offer them.
ROLE_WORDS: dict[str, object] = {
    "office_clerk": _("Clerk of the campaign office"),
    "office_head": _("Head of the campaign office"),
    "county_office": _("Office of a lower level"),
    "line_clerk": _("Clerk of a lead department"),
    "unit_liaison": _("Liaison"),
    "unit_principal": _("Principal"),
    "unit_deputy": _("Deputy in charge"),
    "branch_secretary": _("Branch secretary"),
    "township_recorder": _("Recorder of a township"),
    "delegated_admin": _("Opens accounts below"),
    "group_head": _("Head of a supervision group"),
    "group_member": _("Member of a supervision group"),
    "leading_group_member": _("Member of the leading group"),
    "intake_clerk": _("Intake clerk"),
    "member": _("Party member"),
    "system_admin": _("System administrator"),
    "security_admin": _("Security administrator"),
    "audit_admin": _("Audit administrator"),
}


def role_word(role: str) -> object:
    """Return what people call a role; a role that left the table keeps its code."""
    return ROLE_WORDS.get(role, role)

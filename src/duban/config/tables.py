"""What the application's role may do to each table; `duban migrate` grants exactly this."""

from enum import StrEnum


class Rights(StrEnum):
    """Classes of tables and the rights that go with them."""

    ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
    # Added to, never changed: the database refuses anything else.
    APPEND_ONLY = "SELECT, INSERT"
    # Written only through a function, or only by the owner.
    READ_ONLY = "SELECT"


TABLES: dict[str, Rights] = {
    "access_grant": Rights.ORDINARY,
    "access_grantunit": Rights.ORDINARY,
    "accounts_signinattempt": Rights.ORDINARY,
    "accounts_user": Rights.ORDINARY,
    "attachments_storedfile": Rights.APPEND_ONLY,
    "audit_event": Rights.READ_ONLY,
    "auth_group": Rights.READ_ONLY,
    "auth_group_permissions": Rights.READ_ONLY,
    "auth_permission": Rights.READ_ONLY,
    "campaigns_campaign": Rights.ORDINARY,
    "directives_document": Rights.ORDINARY,
    "directives_outlinenode": Rights.ORDINARY,
    "directives_requirement": Rights.ORDINARY,
    "django_content_type": Rights.READ_ONLY,
    "django_migrations": Rights.READ_ONLY,
    "django_session": Rights.ORDINARY,
    "figures_figuresday": Rights.ORDINARY,
    "organisation_closure": Rights.ORDINARY,
    "organisation_line": Rights.ORDINARY,
    "organisation_person": Rights.ORDINARY,
    "organisation_post": Rights.ORDINARY,
    "organisation_unit": Rights.ORDINARY,
    "organisation_unitexternalid": Rights.ORDINARY,
    "organisation_unitimport": Rights.ORDINARY,
    "organisation_unitname": Rights.ORDINARY,
    "procrastinate_events": Rights.ORDINARY,
    "procrastinate_jobs": Rights.ORDINARY,
    "procrastinate_periodic_defers": Rights.ORDINARY,
    "procrastinate_workers": Rights.ORDINARY,
    "shell_postedrequest": Rights.ORDINARY,
    "tasks_assignment": Rights.ORDINARY,
    "tasks_assignmenthelper": Rights.ORDINARY,
    "tasks_assignmentunit": Rights.ORDINARY,
    "tasks_breakdownimport": Rights.ORDINARY,
    "tasks_changerequest": Rights.ORDINARY,
    "tasks_evidence": Rights.APPEND_ONLY,
    "tasks_task": Rights.ORDINARY,
    "tasks_taskentry": Rights.APPEND_ONLY,
    "tasks_taskfigures": Rights.ORDINARY,
    "tasks_taskfigurespast": Rights.ORDINARY,
    "workdays_workday": Rights.ORDINARY,
}

# Functions that the application's role may call.
FUNCTIONS = ("audit_append(jsonb)",)

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
    "accounts_activationcode": Rights.ORDINARY,
    "accounts_recoverycode": Rights.ORDINARY,
    "accounts_secondfactor": Rights.ORDINARY,
    "accounts_signinattempt": Rights.ORDINARY,
    "accounts_user": Rights.ORDINARY,
    "attachments_storedfile": Rights.APPEND_ONLY,
    "audit_event": Rights.READ_ONLY,
    "auth_group": Rights.READ_ONLY,
    "auth_group_permissions": Rights.READ_ONLY,
    "auth_permission": Rights.READ_ONLY,
    "burden_blockedperiod": Rights.ORDINARY,
    "burden_cap": Rights.ORDINARY,
    "burden_datarequest": Rights.ORDINARY,
    "burden_datarequestunit": Rights.APPEND_ONLY,
    "burden_demand": Rights.ORDINARY,
    "burden_demandunit": Rights.APPEND_ONLY,
    "burden_objection": Rights.ORDINARY,
    "campaigns_campaign": Rights.ORDINARY,
    "directives_carryingout": Rights.ORDINARY,
    "directives_document": Rights.ORDINARY,
    "directives_meeting": Rights.ORDINARY,
    "directives_meetingperson": Rights.ORDINARY,
    "directives_meetingspeech": Rights.ORDINARY,
    "directives_meetingunit": Rights.ORDINARY,
    "directives_outlinenode": Rights.ORDINARY,
    "directives_passing": Rights.ORDINARY,
    "directives_requirement": Rights.ORDINARY,
    "directives_speechreference": Rights.ORDINARY,
    "directives_unitpassing": Rights.ORDINARY,
    "django_content_type": Rights.READ_ONLY,
    "django_migrations": Rights.READ_ONLY,
    "django_session": Rights.ORDINARY,
    "figures_figuresday": Rights.ORDINARY,
    "notices_digest": Rights.ORDINARY,
    "notices_digestday": Rights.ORDINARY,
    "notices_digestline": Rights.ORDINARY,
    "office_duty": Rights.ORDINARY,
    "office_matter": Rights.ORDINARY,
    "office_matterstep": Rights.ORDINARY,
    "organisation_closure": Rights.ORDINARY,
    "organisation_line": Rights.ORDINARY,
    "organisation_memberimport": Rights.ORDINARY,
    "organisation_memberrow": Rights.ORDINARY,
    "organisation_membership": Rights.ORDINARY,
    "organisation_person": Rights.ORDINARY,
    "organisation_post": Rights.ORDINARY,
    "organisation_unit": Rights.ORDINARY,
    "organisation_unitexternalid": Rights.ORDINARY,
    "organisation_unitimport": Rights.ORDINARY,
    "organisation_unitname": Rights.ORDINARY,
    "papers_paper": Rights.ORDINARY,
    "papers_series": Rights.ORDINARY,
    "organisation_unitsuccession": Rights.ORDINARY,
    "procrastinate_events": Rights.ORDINARY,
    "procrastinate_jobs": Rights.ORDINARY,
    "procrastinate_periodic_defers": Rights.ORDINARY,
    "procrastinate_workers": Rights.ORDINARY,
    "reporting_notice": Rights.APPEND_ONLY,
    "shell_formdraft": Rights.ORDINARY,
    "shell_postedrequest": Rights.ORDINARY,
    "tasks_assignment": Rights.ORDINARY,
    "tasks_assignmenthelper": Rights.ORDINARY,
    "tasks_assignmentunit": Rights.ORDINARY,
    "tasks_breakdownimport": Rights.ORDINARY,
    "tasks_changerequest": Rights.ORDINARY,
    "tasks_confirmation": Rights.ORDINARY,
    "tasks_confirmationlink": Rights.ORDINARY,
    "tasks_evidence": Rights.APPEND_ONLY,
    "tasks_handover": Rights.APPEND_ONLY,
    "tasks_inspection": Rights.APPEND_ONLY,
    "tasks_limits": Rights.ORDINARY,
    "tasks_sample": Rights.APPEND_ONLY,
    "tasks_sampledtask": Rights.ORDINARY,
    "tasks_task": Rights.ORDINARY,
    "tasks_taskentry": Rights.APPEND_ONLY,
    "tasks_taskfigures": Rights.ORDINARY,
    "tasks_taskfigurespast": Rights.ORDINARY,
    "upkeep_backup": Rights.APPEND_ONLY,
    "upkeep_clearing": Rights.ORDINARY,
    "workbooks_columnmapping": Rights.ORDINARY,
    "workdays_workday": Rights.ORDINARY,
}

# Functions that the application's role may call.
FUNCTIONS = ("audit_append(jsonb)",)

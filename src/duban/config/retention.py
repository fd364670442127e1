"""
What is kept how long, and by which rule. Whoever answers for privacy should need no other file.

The record of changes, the history of figures, and everything that somebody answered for have no line: they stay.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from duban.accounts import commands as accounts
from duban.accounts import queries as account_queries
from duban.accounts.throttling import WINDOW
from duban.attachments import commands as attachments
from duban.attachments import queries as attachment_queries
from duban.notices import commands as notices
from duban.notices import queries as notice_queries
from duban.organisation import commands as organisation
from duban.organisation import queries as organisation_queries
from duban.shell import drafts, posted
from duban.tasks import commands as tasks
from duban.tasks import queries as task_queries
from duban.upkeep import commands as upkeep
from duban.upkeep import queries as upkeep_queries
from duban.upkeep.lines import Line

RETENTION: Sequence[Line] = (
    Line(
        name="posted_requests",
        what=_("Answers to posted forms"),
        kept=posted.KEPT,
        rule=_("From the sending; long enough that a form sent twice acts once."),
        count=lambda *, actor, before: posted.overdue(before=before),
        remove=lambda *, actor, before, most: posted.clear(before=before, most=most),
    ),
    Line(
        name="form_drafts",
        what=_("Half-written forms"),
        kept=drafts.KEPT,
        rule=_("From the last word; theirs alone who wrote them, and gone when the form is sent."),
        count=lambda *, actor, before: drafts.overdue(before=before),
        remove=lambda *, actor, before, most: drafts.clear(before=before, most=most),
    ),
    Line(
        name="sessions",
        what=_("Sessions of people who signed in"),
        kept=timedelta(0),
        rule=_("From their end, 12 hours after signing in."),
        count=account_queries.overdue_sessions,
        remove=accounts.clear_sessions,
    ),
    Line(
        name="sign_in_attempts",
        what=_("Failed attempts to sign in"),
        kept=WINDOW,
        rule=_("From the attempt; long enough to slow down whoever guesses. The record keeps none of them."),
        count=account_queries.overdue_attempts,
        remove=accounts.clear_attempts,
    ),
    Line(
        name="unit_workbooks",
        what=_("Uploaded workbooks of units"),
        kept=timedelta(days=30),
        rule=_("From the upload; they name people. That they came, and what they changed, stays."),
        count=organisation_queries.count_old_import_files,
        remove=organisation.clear_import_files,
    ),
    Line(
        name="member_workbooks",
        what=_("Uploaded tables of members"),
        kept=timedelta(days=30),
        rule=_("From the upload, or until they are taken over or put aside; they name people."),
        count=organisation_queries.count_old_member_tables,
        remove=organisation.clear_member_tables,
    ),
    Line(
        name="breakdown_workbooks",
        what=_("Uploaded breakdown tables"),
        kept=timedelta(days=30),
        rule=_("From the upload. The drafts that came of them stay."),
        count=task_queries.count_old_breakdown_files,
        remove=tasks.clear_breakdown_files,
    ),
    Line(
        name="one_time_links",
        what=_("One-time links that nobody used"),
        kept=timedelta(days=30),
        rule=_("From their end. A link that was used is the proof of a decision and stays."),
        count=task_queries.count_unused_links,
        remove=tasks.clear_unused_links,
    ),
    Line(
        name="reminders",
        what=_("Reminders of what falls due"),
        kept=timedelta(days=7),
        rule=_("From their day; shown on that day alone. What falls due stands in the lists."),
        count=notice_queries.overdue_digests,
        remove=notices.clear_digests,
    ),
    Line(
        name="group_messages",
        what=_("Messages to group chats"),
        kept=timedelta(days=90),
        rule=_("From the writing; numbers of units, no names. What a robot was told in the last weeks can be shown."),
        count=notice_queries.overdue_messages,
        remove=notices.clear_messages,
    ),
    Line(
        name="unowned_files",
        what=_("Files that nothing names"),
        kept=timedelta(days=7),
        rule=_(
            "From the writing; left behind when something was not finished. A backup taken meanwhile still finds them."
        ),
        count=attachment_queries.count_unowned_files,
        remove=attachments.remove_unowned_files,
    ),
    Line(
        name="jobs",
        what=_("Jobs that ended or failed"),
        kept=timedelta(days=30),
        rule=_("From their end; long enough to find out why one failed. Jobs that went well go at once."),
        count=upkeep_queries.overdue_jobs,
        remove=upkeep.clear_jobs,
    ),
)

"""What follows from what. A reaction only enqueues a job, in the transaction of the change."""

from collections.abc import Mapping, Sequence

from duban.access import jobs as access
from duban.audit import jobs as audit
from duban.audit.events import VerificationAsked
from duban.burden.events import DataRequestSent, DataRequestWithdrawn
from duban.campaigns import jobs as campaigns
from duban.directives import jobs as directives
from duban.kernel.events import Reaction
from duban.notices import jobs as notices
from duban.organisation import jobs as organisation
from duban.organisation.events import (
    ImportReceived,
    MembersConfirmed,
    MembersReceived,
    TakeOverConfirmed,
    UnitsEnded,
)
from duban.tasks import jobs as tasks
from duban.tasks.events import FanOutConfirmed, TasksLeftBehind, TaskWithdrawn

REACTIONS: Mapping[type, Sequence[Reaction]] = {
    ImportReceived: [
        lambda event: organisation.check_import.defer(import_id=event.import_id, language=event.language),
    ],
    TakeOverConfirmed: [
        lambda event: organisation.take_over_import.defer(
            import_id=event.import_id, user_id=event.user_id, language=event.language
        ),
    ],
    MembersReceived: [
        lambda event: organisation.check_members.defer(import_id=event.import_id, language=event.language),
    ],
    MembersConfirmed: [
        lambda event: organisation.take_over_members.defer(import_id=event.import_id, language=event.language),
    ],
    UnitsEnded: [
        lambda _event: access.end_with_units.defer(),
        lambda _event: campaigns.take_over.defer(),
        lambda _event: directives.take_over.defer(),
        lambda _event: notices.end_with_units.defer(),
        lambda _event: organisation.take_over_held.defer(),
        lambda _event: tasks.take_over.defer(),
    ],
    TasksLeftBehind: [lambda _event: tasks.take_over.defer()],
    TaskWithdrawn: [lambda event: tasks.withdraw_parts.defer(task_id=event.task_id)],
    DataRequestSent: [lambda event: tasks.ask_data_request.defer(request_id=event.request_id)],
    DataRequestWithdrawn: [lambda event: tasks.withdraw_data_request.defer(request_id=event.request_id)],
    VerificationAsked: [lambda event: audit.verify.defer(verification_id=event.verification_id)],
    FanOutConfirmed: [lambda event: tasks.fan_out.defer(assignment_id=event.assignment_id)],
}

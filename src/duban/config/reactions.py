"""What follows from what. A reaction only enqueues a job, in the transaction of the change."""

from collections.abc import Mapping, Sequence

from duban.kernel.events import Reaction
from duban.organisation import jobs as organisation
from duban.organisation.events import ImportReceived
from duban.tasks import jobs as tasks
from duban.tasks.events import FanOutConfirmed

REACTIONS: Mapping[type, Sequence[Reaction]] = {
    ImportReceived: [
        lambda event: organisation.check_import.defer(import_id=event.import_id, language=event.language),
    ],
    FanOutConfirmed: [lambda event: tasks.fan_out.defer(assignment_id=event.assignment_id)],
}

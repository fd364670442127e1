"""Writing the ledger, split by who acts: whoever asks, the head of the office, whoever objects."""

from duban.burden.commands.booking import DemandText, book
from duban.burden.commands.limits import block_days, end_period, set_cap
from duban.burden.commands.objections import answer_objection, object_to
from duban.burden.commands.requests import RequestText, book_occasion, register_request, take_request_step

__all__ = [
    "DemandText",
    "RequestText",
    "answer_objection",
    "block_days",
    "book",
    "book_occasion",
    "end_period",
    "object_to",
    "register_request",
    "set_cap",
    "take_request_step",
]

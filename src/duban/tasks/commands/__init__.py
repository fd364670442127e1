"""Writing assignments and tasks, split by who acts: the office that drafts and issues, the unit, the checker."""

from duban.tasks.commands.answering import (
    ask_extension,
    attach_evidence,
    give_feedback,
    take_step,
)
from duban.tasks.commands.breakdown import draft_from_words, receive_breakdown, take_over_breakdown
from duban.tasks.commands.checking import decide_extension
from duban.tasks.commands.decomposing import draft_document
from duban.tasks.commands.drafting import create_assignment, discard_draft, update_draft
from duban.tasks.commands.issuing import issue, serve_next_units

__all__ = [
    "ask_extension",
    "attach_evidence",
    "create_assignment",
    "decide_extension",
    "discard_draft",
    "draft_document",
    "draft_from_words",
    "give_feedback",
    "issue",
    "receive_breakdown",
    "serve_next_units",
    "take_over_breakdown",
    "take_step",
    "update_draft",
]

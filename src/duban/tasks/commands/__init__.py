"""Writing assignments and tasks, split by who acts: the office that drafts and issues, the unit, the checker."""

from duban.tasks.commands.answering import (
    attach_evidence,
    give_feedback,
    take_step,
)
from duban.tasks.commands.breakdown import (
    draft_from_words,
    name_breakdown_columns,
    receive_breakdown,
    take_over_breakdown,
    withdraw_breakdown,
)
from duban.tasks.commands.changing import ask_change, decide_change, take_back_request
from duban.tasks.commands.clearing import clear_breakdown_files, clear_unused_links
from duban.tasks.commands.confirming import (
    agree_by_signed_page,
    decide_by_link,
    decide_confirmation,
    make_link,
    open_link,
    put_before_principal,
    take_back_confirmation,
)
from duban.tasks.commands.decomposing import draft_document
from duban.tasks.commands.drafting import create_assignment, discard_draft, update_draft
from duban.tasks.commands.handing_over import hand_over
from duban.tasks.commands.inspecting import record_visit
from duban.tasks.commands.issuing import consent, issue, send_back, serve_next_units
from duban.tasks.commands.late_units import issue_to_late_units
from duban.tasks.commands.many import check_many, issue_many
from duban.tasks.commands.passing import Passing, pass_down, transfer
from duban.tasks.commands.recording import note_progress, record_for_several
from duban.tasks.commands.requesting import ask_data_request, withdraw_data_request
from duban.tasks.commands.sampling import draw_sample, find_sampled
from duban.tasks.commands.setting import lighten_draft, set_limits
from duban.tasks.commands.taking_over import take_over_next
from duban.tasks.commands.urging import Urged, urge
from duban.tasks.commands.withdrawing import withdraw_parts

__all__ = [
    "Passing",
    "Urged",
    "agree_by_signed_page",
    "ask_change",
    "ask_data_request",
    "attach_evidence",
    "check_many",
    "clear_breakdown_files",
    "clear_unused_links",
    "consent",
    "create_assignment",
    "decide_by_link",
    "decide_change",
    "decide_confirmation",
    "discard_draft",
    "draft_document",
    "draft_from_words",
    "draw_sample",
    "find_sampled",
    "give_feedback",
    "hand_over",
    "issue",
    "issue_many",
    "issue_to_late_units",
    "lighten_draft",
    "make_link",
    "name_breakdown_columns",
    "note_progress",
    "open_link",
    "pass_down",
    "put_before_principal",
    "receive_breakdown",
    "record_for_several",
    "record_visit",
    "send_back",
    "serve_next_units",
    "set_limits",
    "take_back_confirmation",
    "take_back_request",
    "take_over_breakdown",
    "take_over_next",
    "take_step",
    "transfer",
    "update_draft",
    "urge",
    "withdraw_breakdown",
    "withdraw_data_request",
    "withdraw_parts",
]

"""Changing papers and deciding about their requirements."""

from duban.directives.commands.correcting import add_requirement, correct_node, correct_requirement
from duban.directives.commands.deciding import (
    mark_assigned,
    set_aside,
    set_aside_rest,
    take_all_concrete,
    take_requirement,
)
from duban.directives.commands.facts import set_document_facts, take_document_step
from duban.directives.commands.hierarchy import (
    end_upper,
    name_upper,
)
from duban.directives.commands.incoming import Incoming, register_incoming, write_instruction
from duban.directives.commands.meetings import (
    Attendant,
    MeetingFacts,
    add_speech,
    attach_text,
    correct_meeting,
    move_speech,
    note_reference,
    register_meeting,
    set_minutes,
    settle_reference,
    withdraw_meeting,
)
from duban.directives.commands.passing import (
    end_passing,
    record_passing,
    require_passing,
)
from duban.directives.commands.taking_in import take_in_document
from duban.directives.commands.taking_over import take_over_documents, take_over_passings

__all__ = [
    "Attendant",
    "Incoming",
    "MeetingFacts",
    "add_requirement",
    "add_speech",
    "attach_text",
    "correct_meeting",
    "correct_node",
    "correct_requirement",
    "end_passing",
    "end_upper",
    "mark_assigned",
    "move_speech",
    "name_upper",
    "note_reference",
    "record_passing",
    "register_incoming",
    "register_meeting",
    "require_passing",
    "set_aside",
    "set_aside_rest",
    "set_document_facts",
    "set_minutes",
    "settle_reference",
    "take_all_concrete",
    "take_document_step",
    "take_in_document",
    "take_over_documents",
    "take_over_passings",
    "take_requirement",
    "withdraw_meeting",
    "write_instruction",
]

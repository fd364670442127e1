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
from duban.directives.commands.taking_in import take_in_document

__all__ = [
    "add_requirement",
    "correct_node",
    "correct_requirement",
    "mark_assigned",
    "set_aside",
    "set_aside_rest",
    "set_document_facts",
    "take_all_concrete",
    "take_document_step",
    "take_in_document",
    "take_requirement",
]

"""Reminders, and robots of group chats: everything that changes them."""

from duban.notices.commands.digests import STEP, DueSoon, clear_digests, put_aside, remind_next, switch_digest
from duban.notices.commands.robots import end_robot, end_robots_with_units, enter_robot, switch_robot, try_robot
from duban.notices.commands.sending import Outgoing, claim_message, clear_messages, note_outcome, write_counts

__all__ = [
    "STEP",
    "DueSoon",
    "Outgoing",
    "claim_message",
    "clear_digests",
    "clear_messages",
    "end_robot",
    "end_robots_with_units",
    "enter_robot",
    "note_outcome",
    "put_aside",
    "remind_next",
    "switch_digest",
    "switch_robot",
    "try_robot",
    "write_counts",
]

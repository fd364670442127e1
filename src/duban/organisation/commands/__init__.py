"""Everything that changes units, people and posts."""

from duban.organisation.commands.imports import (
    check_import,
    receive_import,
    take_over_import,
    withdraw_import,
)
from duban.organisation.commands.lines import add_line, set_line_lead
from duban.organisation.commands.people_accounts import give_account
from duban.organisation.commands.posts import add_person, appoint, appoint_by_name, end_post
from duban.organisation.commands.units import (
    create_unit,
    end_unit,
    move_unit,
    rename_unit,
    reorder,
    set_class,
    set_committee,
    set_external_id,
    set_member_count,
    set_special_conditions,
)

__all__ = [
    "add_line",
    "add_person",
    "appoint",
    "appoint_by_name",
    "check_import",
    "create_unit",
    "end_post",
    "end_unit",
    "give_account",
    "move_unit",
    "receive_import",
    "rename_unit",
    "reorder",
    "set_class",
    "set_committee",
    "set_external_id",
    "set_line_lead",
    "set_member_count",
    "set_special_conditions",
    "take_over_import",
    "withdraw_import",
]

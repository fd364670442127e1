"""Everything that changes units, people and posts."""

from duban.organisation.commands.clearing import clear_import_files, clear_member_tables
from duban.organisation.commands.following import take_over_held
from duban.organisation.commands.imports import (
    check_import,
    finish_take_over,
    name_columns,
    receive_import,
    take_over_import,
    withdraw_import,
)
from duban.organisation.commands.lines import add_line, set_line_lead
from duban.organisation.commands.member_imports import (
    check_members,
    confirm_members,
    name_member_columns,
    receive_members,
    take_over_members,
    withdraw_members,
)
from duban.organisation.commands.members import (
    attach_member,
    describe_member,
    end_membership,
    enter_member,
    transfer_member,
)
from duban.organisation.commands.motion import Part, end_unit, merge_units, split_unit
from duban.organisation.commands.people_accounts import give_account, tie_account
from duban.organisation.commands.posts import add_person, appoint, appoint_by_name, end_post
from duban.organisation.commands.units import (
    create_unit,
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
    "Part",
    "add_line",
    "add_person",
    "appoint",
    "appoint_by_name",
    "attach_member",
    "check_import",
    "check_members",
    "clear_import_files",
    "clear_member_tables",
    "confirm_members",
    "create_unit",
    "describe_member",
    "end_membership",
    "end_post",
    "end_unit",
    "enter_member",
    "finish_take_over",
    "give_account",
    "merge_units",
    "move_unit",
    "name_columns",
    "name_member_columns",
    "receive_import",
    "receive_members",
    "rename_unit",
    "reorder",
    "set_class",
    "set_committee",
    "set_external_id",
    "set_line_lead",
    "set_member_count",
    "set_special_conditions",
    "split_unit",
    "take_over_held",
    "take_over_import",
    "take_over_members",
    "tie_account",
    "transfer_member",
    "withdraw_import",
    "withdraw_members",
]

"""Writing what an office registers and keeps."""

from duban.office.commands.duties import finish_duty, write_duty
from duban.office.commands.incoming import Registered, instruct, register_wanted
from duban.office.commands.matters import MatterText, add_step, assign_step, finish_step, open_matter, settle, share

__all__ = [
    "MatterText",
    "Registered",
    "add_step",
    "assign_step",
    "finish_duty",
    "finish_step",
    "instruct",
    "open_matter",
    "register_wanted",
    "settle",
    "share",
    "write_duty",
]

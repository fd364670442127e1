"""From a file to entries: what the workbook reader finds wrong, and what the words in it mean."""

from dataclasses import dataclass
from typing import Any

from duban.organisation.register.entries import Entry, Fault, read_entry
from duban.organisation.register.table import COLUMNS, TEMPLATE_ID
from duban.workbooks.columns import CellError
from duban.workbooks.reading import Mappings, read_table
from duban.workbooks.returning import error_workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTable:
    """A file of units, read: entries for its good rows, faults for the others."""

    row_count: int
    entries: list[Entry]
    faults: list[Fault]
    titles: dict[str, str]
    # What a person once said about the columns of this ledger, and what it takes to say it anew.
    mapping: dict[str, str]
    described: dict[str, Any]


def read_unit_table(*, content: bytes, file_name: str, mappings: Mappings) -> UnitTable:
    """
    Read a file of units; nothing is compared with the register. `mappings` says how other ledgers name our columns.

    :raises InvalidInput: if it cannot be read or is another table; its context then tells what titles there are
    """
    table = read_table(
        content=content, file_name=file_name, columns=COLUMNS, sheet_marker=TEMPLATE_ID, mappings=mappings
    )
    faults = [Fault(problem.row, problem.column_key, str(problem.message)) for problem in table.problems]
    entries = []
    for row in table.rows:
        entry, found = read_entry(row=row.number, values=row.values)
        faults += found
        if entry is not None:
            entries.append(entry)
    return UnitTable(
        row_count=len(table.rows),
        entries=entries,
        faults=merge_faults(faults),
        titles={column.key: table.mapping.get(column.key, column.titles[0]).rpartition("/")[2] for column in COLUMNS},
        mapping=table.mapping,
        described=table.described,
    )


def merge_faults(*found: list[Fault]) -> list[Fault]:
    """Return all faults in the order of the file, the first of each cell only: later ones follow from it."""
    kept: dict[tuple[int, str | None], Fault] = {}
    for faults in found:
        for fault in faults:
            kept.setdefault((fault.row, fault.column), fault)
    return sorted(kept.values(), key=lambda fault: (fault.row, fault.column or ""))


def mark_faults(*, content: bytes, file_name: str, faults: list[Fault], mappings: Mappings, row_count: int) -> bytes:
    """Return the same file with a column that says what is wrong and red cells; of a long one only the wrong rows."""
    return error_workbook(
        content=content,
        file_name=file_name,
        errors=[CellError(row=fault.row, column_key=fault.column, message=fault.message) for fault in faults],
        columns=COLUMNS,
        sheet_marker=TEMPLATE_ID,
        mappings=mappings,
        row_count=row_count,
    )

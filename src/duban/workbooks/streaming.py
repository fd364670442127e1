"""Reading a long table (hundreds of thousands of rows) without holding it: what comes out is fit for COPY."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from duban.kernel.confined import Limits, run_confined
from duban.workbooks.columns import Column, packed
from duban.workbooks.reading import Mappings, kind_of
from duban.workbooks.sentences import SENTENCES

MOST_BYTES = 64 * 1024 * 1024
LIMITS = Limits(memory_mb=1000, cpu_s=120, wall_s=150, output_mb=200)


@dataclass(frozen=True, kw_only=True)
class LongTable:
    """
    What `read_long_table` found.

    `lines` has one line per row, as COPY reads text: the number of the row, then the value of each asked column in the
    order asked, divided by tabs. `titles`, `mapping` and `described` are as in `Table`.
    """

    row_count: int
    lines: bytes
    titles: dict[str, str]
    mapping: dict[str, str]
    described: dict[str, Any]


def read_long_table(
    *,
    content: bytes,
    file_name: str,
    columns: Sequence[Column],
    sheet_marker: str | None = None,
    mappings: Mappings | None = None,
) -> LongTable:
    """
    Read the rows of a .xlsx, .xls or .csv row by row, in a confined process of less than 1 GB.

    Blank rows, totals and notes are left out, and merged cells of the body are not filled down: in a register each row
    stands for itself. Dates that a cell says become 2019-05-01; what is no date stays as typed. 500,000 rows of six
    columns take about 40 s and 400 MB. Raises InvalidInput as `read_table`.
    """
    kind = kind_of(content=content, file_name=file_name, most=MOST_BYTES)
    meta = {"kind": kind, "columns": packed(columns), "marker": sheet_marker, "mappings": mappings or {}}
    answer = run_confined(
        function="duban.workbooks.streaming_child:read_long",
        payload=json.dumps(meta).encode() + b"\n" + content,
        limits=LIMITS,
        sentences=SENTENCES,
    )
    head, _, lines = answer.partition(b"\n")
    told = json.loads(head)
    return LongTable(
        row_count=told["rows"],
        lines=lines,
        titles=told["titles"],
        mapping=told["mapping"],
        described=told["described"],
    )

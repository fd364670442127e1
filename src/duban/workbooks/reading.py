"""Reading a table out of a file that somebody sent: .xlsx, .csv, or a table in a .docx."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from duban.kernel.confined import Limits, run_confined, sentence
from duban.kernel.errors import InvalidInput
from duban.workbooks.columns import CellError, Column, Row, Skipped, Table, packed
from duban.workbooks.sentences import SENTENCES

# Fingerprint of a header → key of a column → title in the file.
Mappings = Mapping[str, Mapping[str, str]]

MOST_BYTES = 20 * 1024 * 1024
LIMITS = Limits(memory_mb=1024, cpu_s=40, wall_s=60, output_mb=200)

_KINDS = {".xlsx": "xlsx", ".xls": "xls", ".csv": "csv", ".txt": "csv", ".docx": "docx"}
_SAVE_AS = {
    ".et": "old-xlsx",
    ".ett": "old-xlsx",
    ".ods": "old-xlsx",
    ".xlsb": "old-xlsx",
    ".xlt": "old-xlsx",
    ".xlsm": "macros",
    ".xltm": "macros",
    ".docm": "macros",
    ".doc": "old-docx",
    ".wps": "old-docx",
    ".wpt": "old-docx",
    ".rtf": "old-docx",
}


def refuse(code: str, **values: object) -> InvalidInput:
    """The refusal for a code of `sentences`."""
    return InvalidInput(sentence(code, values, SENTENCES), code=code)


def header_of(refusal: InvalidInput) -> dict[str, Any]:
    """What it takes to name the columns of a file that was refused: its header's fingerprint and titles, or nothing."""
    described: dict[str, Any] = refusal.context.get("values", {}).get("described") or {}
    return described


def kind_of(*, content: bytes, file_name: str, most: int = MOST_BYTES) -> str:
    """ "xlsx", "xls", "csv" or "docx" by the name's ending; raises InvalidInput for others, nothing in it, or too much."""
    ending = "." + file_name.lower().rpartition(".")[2] if "." in file_name else ""
    if not content:
        raise refuse("empty")
    if len(content) > most:
        raise refuse("too-large", most=most // (1024 * 1024))
    if ending in _SAVE_AS:
        raise refuse(_SAVE_AS[ending])
    if ending not in _KINDS:
        raise refuse("unknown-kind")
    kind = _KINDS[ending]
    if kind == "csv" and content.startswith(b"PK\x03\x04"):
        raise refuse("not-csv")
    return kind


def read_table(
    *,
    content: bytes,
    file_name: str,
    columns: Sequence[Column],
    sheet_marker: str | None = None,
    mappings: Mappings | None = None,
) -> Table:
    """
    Read the table with these columns out of a .xlsx, .csv or .docx, in a confined process (R-014).

    `sheet_marker` is the template's id: a file made from another template is refused; one without any template is read by
    its header; `mappings` says how headers of other ledgers were once named (fingerprint → column → title). Nothing is
    evaluated: a formula is its text, and told in `problems`. Raises InvalidInput with one sentence for a file that cannot
    be read or is not the one expected (which columns were expected, which were found); its context then carries, as
    "described", what it takes to name the columns.
    """
    kind = kind_of(content=content, file_name=file_name)
    meta = {"kind": kind, "columns": packed(columns), "marker": sheet_marker, "mappings": mappings or {}}
    answer = run_confined(
        function="duban.workbooks.reading_child:read",
        payload=json.dumps(meta).encode() + b"\n" + content,
        limits=LIMITS,
        sentences=SENTENCES,
    )
    told = json.loads(answer)
    titles = {column.key: column.titles[0] for column in columns}
    keys: list[str] = told["columns"]
    return Table(
        sheet=told["sheet"],
        rows=[
            Row(
                number=number,
                values=(values := dict(zip(keys, texts, strict=True))),
                raw=values if raws is None else dict(zip(keys, raws, strict=True)),
                formulas=tuple(formulas),
            )
            for number, texts, raws, formulas in told["rows"]
        ],
        columns=tuple(keys),
        fingerprint=told["fingerprint"],
        template=told["template"],
        version=told["version"],
        context=told["context"],
        problems=[_problem(told_problem, titles) for told_problem in told["problems"]],
        titles=told["titles"],
        mapping=told["mapping"],
        described=told["described"],
        skipped=[Skipped(number=number, reason=reason, text=text) for number, reason, text in told["skipped"]],
    )


def _problem(told: Mapping[str, object], titles: Mapping[str, str]) -> CellError:
    key = str(told["key"])
    values = told["values"] if isinstance(told["values"], dict) else {}
    return CellError(
        row=int(str(told["row"])),
        column_key=key,
        message=sentence(str(told["code"]), {"title": titles[key], **values}, SENTENCES),
    )

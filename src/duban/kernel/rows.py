"""Rows of statements written by hand, as the mapper would have read them."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models

Table = TypeVar("Table", bound=models.Model)


def columns_of(table: type[models.Model]) -> list[str]:
    """Return the names of a table's columns, in the order in which `from_db` takes their values."""
    return [field.attname for field in table._meta.concrete_fields]  # noqa: SLF001


class Part(Generic[Table]):
    """
    What a statement written by hand reads of one table under its alias: all columns, or those named.

    Columns that were left out are read when somebody asks for them, as the mapper does it.
    """

    def __init__(self, table: type[Table], alias: str, *columns: str) -> None:
        self._table = table
        self._names = list(columns) or columns_of(table)
        self.sql = ", ".join(f"{alias}.{name}" for name in self._names)

    def __len__(self) -> int:
        return len(self._names)

    def read(self, values: Sequence[Any]) -> Table:
        """Return the row of these values."""
        return self._table.from_db(connection.alias, self._names, values)


def cut_up(row: Sequence[Any], *parts: Part[Any]) -> list[Any]:
    """
    Return what one row of a statement holds of each of these parts, in their order.

    None stands where an outer join found nothing; the first column of a part is its key.
    """
    found, start = [], 0
    for part in parts:
        values = row[start : start + len(part)]
        found.append(None if values[0] is None else part.read(values))
        start += len(part)
    return found

"""Rows of statements written by hand, as the mapper would have read them."""

from django.db import models


def columns_of(table: type[models.Model]) -> list[str]:
    """Return the names of a table's columns, in the order in which `from_db` takes their values."""
    return [field.attname for field in table._meta.concrete_fields]  # noqa: SLF001

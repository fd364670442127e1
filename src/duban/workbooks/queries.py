"""Reading what was once said about ledgers."""

from duban.kernel.authority import Actor
from duban.workbooks.models import ColumnMapping

# The newest; a unit that knows more ledgers than that names the older ones again.
MOST = 200


def mappings_of(*, actor: Actor, unit_id: int, table: str) -> dict[str, dict[str, str]]:
    """Return what a unit once said about the headers of ledgers for a table: fingerprint → column → title."""
    rows = ColumnMapping.objects.filter(unit_id=unit_id, table=table).order_by("-said_at")[:MOST]
    return {row.fingerprint: row.mapping for row in rows}

"""Papers of an office that ended, what it asked units to relay, and what it had not relayed itself."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from duban.audit import commands as audit
from duban.campaigns.states import CampaignStatus
from duban.directives.models import Document, Passing
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation

STEP = 5000

_HEIR = "WITH heir (ended, now) AS (SELECT * FROM unnest(%(ended)s::bigint[], %(heirs)s::bigint[]))"

# The one that the heir asks for already, or else the first of several that come to it.
_ASKED = f"""
{_HEIR}
SELECT held.id, held.unit_id, heir.now, (
    SELECT present.id FROM directives_passing AS present LEFT JOIN heir AS other ON other.ended = present.unit_id
    WHERE present.ended_at IS NULL AND coalesce(other.now, present.unit_id) = heir.now
      AND present.document_id IS NOT DISTINCT FROM held.document_id
      AND present.meeting_id IS NOT DISTINCT FROM held.meeting_id
    ORDER BY present.unit_id = heir.now DESC, present.id LIMIT 1
)
FROM directives_passing AS held JOIN heir ON heir.ended = held.unit_id
WHERE held.ended_at IS NULL ORDER BY held.id LIMIT %(step)s FOR UPDATE OF held
"""

_SHARES = """
UPDATE directives_unitpassing AS share SET passing_id = moved.into_id
FROM (
    SELECT DISTINCT ON (joined.into_id, owed.unit_id) owed.id, joined.into_id
    FROM unnest(%(passings)s::bigint[], %(into)s::bigint[]) AS joined (id, into_id)
    JOIN directives_unitpassing AS owed ON owed.passing_id = joined.id AND owed.passed_on IS NULL
    WHERE NOT EXISTS (
        SELECT 1 FROM directives_unitpassing AS present
        WHERE present.passing_id = joined.into_id AND present.unit_id = owed.unit_id
    ) ORDER BY joined.into_id, owed.unit_id, owed.id
) AS moved WHERE share.id = moved.id
"""

_OWED = f"""
{_HEIR}
SELECT held.id, held.passing_id, held.unit_id, heir.now, EXISTS (
    SELECT 1 FROM directives_unitpassing AS present LEFT JOIN heir AS other ON other.ended = present.unit_id
    WHERE present.passing_id = held.passing_id AND present.id <> held.id AND (present.unit_id = heir.now
          OR (other.now = heir.now AND present.passed_on IS NULL AND present.id < held.id))
) OR asked.unit_id = heir.now
FROM directives_unitpassing AS held JOIN heir ON heir.ended = held.unit_id
JOIN directives_passing AS asked ON asked.id = held.passing_id AND asked.ended_at IS NULL
WHERE held.passed_on IS NULL ORDER BY held.id LIMIT %(step)s FOR UPDATE OF held
"""

_RECOUNT = """
UPDATE directives_passing AS asked SET unit_count = (
    SELECT count(*) FROM directives_unitpassing AS share WHERE share.passing_id = asked.id
) WHERE asked.id = ANY(%s)
"""


@transaction.atomic
def take_over_documents(*, actor: Actor, at: datetime) -> int:
    """Give the papers of units that ended, in campaigns that run, to their successors; may run twice. Returns how many."""
    heirs = organisation.heirs(actor=actor)
    found = list(
        Document.objects.select_for_update(of=("self",))
        .filter(unit_id__any_of=list(heirs))
        .exclude(campaign__status=CampaignStatus.ENDED)
        .order_by("pk")
    )
    events = [
        audit.Event("document.take_over", "document", one.pk, heirs[one.unit_id], {"from": one.unit_id})
        for one in found
    ]
    for document in found:
        document.unit_id = heirs[document.unit_id]
    Document.objects.bulk_update(found, ["unit"], batch_size=1000)
    audit.record_many(actor=actor, at=at, events=events)
    return len(found)


@transaction.atomic
def take_over_passings(*, actor: Actor, at: datetime, step: int = STEP) -> bool:
    """
    Give the next of what units that ended asked to be relayed, and of what they had not relayed, to their successors.

    Where the successor asks for the same already, the units that have not relayed it stand in its list instead. What was
    relayed stays recorded for the unit that did it. May run twice; returns whether there may be more.
    """
    heirs = organisation.heirs(actor=actor)
    given: dict[str, Any] = {"ended": list(heirs), "heirs": list(heirs.values()), "step": step}
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, given)
        asked = cursor.fetchall()
        joined = [row for row in asked if row[3] != row[0]]
        into = {"passings": [row[0] for row in joined], "into": [row[3] for row in joined]}
        cursor.execute(_SHARES, into)
        Passing.objects.filter(pk__in=into["passings"]).update(
            ended_at=at, ended_reason=gettext("The unit has ended; its successor asks for the same.")
        )
        kept = [row for row in asked if row[3] == row[0]]
        cursor.execute(
            "UPDATE directives_passing AS held SET unit_id = moved.now"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, now) WHERE held.id = moved.id",
            [[row[0] for row in kept], [row[2] for row in kept]],
        )
        cursor.execute(_OWED, given)
        owed = cursor.fetchall()
        cursor.execute("DELETE FROM directives_unitpassing WHERE id = ANY(%s)", [[row[0] for row in owed if row[4]]])
        cursor.execute(
            "UPDATE directives_unitpassing AS held SET unit_id = moved.now"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, now) WHERE held.id = moved.id",
            [[row[0] for row in owed if not row[4]], [row[3] for row in owed if not row[4]]],
        )
        cursor.execute(_RECOUNT, [sorted({*into["passings"], *into["into"], *(row[1] for row in owed)})])
    audit.record_many(
        actor=actor,
        at=at,
        events=[
            *(
                audit.Event("passing.take_over", "passing", passing, now, {"from": ended, "joined": first})
                for passing, ended, now, first in asked
            ),
            *(
                audit.Event("passing.take_over", "passing", passing, now, {"from": ended, "share": share})
                for share, passing, ended, now, _again in owed
            ),
        ],
    )
    return step in (len(asked), len(owed))

"""Papers of an office that ended."""

from datetime import datetime

from django.db import transaction

from duban.audit import commands as audit
from duban.campaigns.states import CampaignStatus
from duban.directives.models import Document
from duban.kernel.authority import Actor
from duban.organisation import queries as organisation


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

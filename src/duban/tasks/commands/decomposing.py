"""Writing drafts for a whole paper at once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from duban.directives import queries as directives
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed
from duban.tasks import queries
from duban.tasks.commands.breakdown import draft_from_words


@dataclass(frozen=True, slots=True)
class Drafted:
    """How many drafts were written, and how many sentences still need somebody to say who or by when."""

    written: int
    left: int


@transaction.atomic
def draft_document(*, actor: Actor, document_id: int, at: datetime) -> Drafted:
    """
    Write a draft for each taken requirement of a paper that says who is to do it and by when; nothing is issued.

    A sentence whose words cannot be read so far stays as it is and is counted. May be repeated.

    :raises NotFound: if this actor cannot see the paper
    :raises NotAllowed: if this actor may not assign
    :raises IllegalStep: if the paper is not confirmed
    """
    document = directives.get_document(actor=actor, document_id=document_id)
    offices = queries.assigning_units(actor=actor)
    if not offices:
        raise NotAllowed(_("Your present post does not assign items."))
    written = left = 0
    for requirement in queries.undrafted_requirements(actor=actor, document_id=document.pk):
        try:
            draft_from_words(
                actor=actor,
                campaign_id=document.campaign_id,
                assigner_id=offices[0].pk,
                words=queries.proposed_words(actor=actor, requirement=requirement),
                is_key=False,
                requirement_id=requirement.pk,
                source_path=queries.requirement_path(actor=actor, requirement_id=requirement.pk),
                at=at,
            )
        except InvalidInput:
            left += 1
        else:
            written += 1
    return Drafted(written, left)

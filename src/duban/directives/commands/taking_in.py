"""Taking in a paper: the text as it came, its outline, its requirements."""

import hashlib
import re
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duban.attachments import commands as attachments
from duban.attachments.models import StoredFile
from duban.audit import commands as audit
from duban.campaigns import queries as campaigns
from duban.campaigns.models import Campaign
from duban.campaigns.states import CampaignStatus
from duban.directives.commands.facts import check_receipt
from duban.directives.extraction import extract_text
from duban.directives.models import Document, OutlineNode, Requirement
from duban.directives.policy import DirectivesCapability, may_take_in
from duban.directives.reading import Reading, read_text
from duban.directives.states import DocumentKind
from duban.kernel.authority import Actor, decide
from duban.kernel.errors import InvalidInput
from duban.organisation import queries as organisation
from duban.organisation.models import Unit
from duban.workdays import queries as workdays

# Three hours of speech; what is longer is several papers in one.
MOST_CHARACTERS = 200_000
# How a text that was typed or pasted is kept.
PASTED_ENCODING = "utf-8"
# A mark of secrecy stands alone at the head of a paper, with or without its term (GB/T 9704: 机密★1年).
_SECRET = re.compile(
    r"^[ \t\u3000]*(?:绝[ \u3000]*密|机[ \u3000]*密|秘[ \u3000]*密)(?:级|[★☆][^\n]{0,12})?[ \t\u3000]*$", re.MULTILINE
)
_HEAD_OF_PAPER = 400


@transaction.atomic
def take_in_document(
    *,
    actor: Actor,
    campaign_id: int,
    unit_id: int,
    at: datetime,
    text: str = "",
    content: bytes | None = None,
    file_name: str = "",
    kind: str = DocumentKind.SPEECH,
    origin_level: str = "",
    received_on: date | None = None,
) -> Document:
    """
    Take in a paper for a unit's office: pasted `text`, or the `content` of a file.

    `origin_level` is the level that it comes from, empty for the unit's own. It is received on the day on which it is
    taken in unless `received_on` says otherwise (R-717).

    The text is kept as it came; outline and requirements are proposals until a person decides about them. A transcript
    that its speaker has not reviewed and a model text stay unconfirmed (R-687, R-701).

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor may not take in papers there
    :raises InvalidInput: if there is nothing to read, it cannot be read, is too long, or was taken in before
    """
    campaign, unit = office_of(actor=actor, campaign_id=campaign_id, unit_id=unit_id)
    if kind not in DocumentKind.values:
        raise InvalidInput(_("Please choose the kind of paper."))
    check_receipt(origin_level=origin_level, dated_on=None, received_on=None)
    if text.strip() and content is not None:
        raise InvalidInput(_("Please paste the text or choose a file, not both."))
    encoding = PASTED_ENCODING
    if content is not None:
        extracted = extract_text(content=content, file_name=file_name)
        text, encoding = extracted.text, extracted.encoding or extracted.kind
    check_words(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    refuse_second(actor, campaign.pk, sha256)
    reading = read_text(text=text, calendar=workdays.calendar(actor=actor))

    original = _stored(actor, content, file_name, at)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                campaign=campaign,
                unit=unit,
                kind=kind,
                status=reading.status,
                title=reading.title or text.strip()[:40],
                original=original,
                raw_text=text,
                encoding=encoding[:20],
                sha256=sha256,
                speaker_role=reading.speaker_role,
                on_behalf_of=reading.on_behalf_of,
                dated_on=reading.dated_on,
                origin_level=origin_level,
                received_on=received_on or timezone.localdate(at),
                findings=reading.findings,
                taken_in_by=actor.user_id or 0,
                taken_in_at=at,
            )
    except IntegrityError:
        # Somebody else took the same text in between the look and the insert.
        refuse_second(actor, campaign.pk, sha256)
        raise
    _save_reading(document, reading)

    audit.record(
        actor=actor,
        verb="document.take_in",
        object_kind="document",
        object_id=document.pk,
        unit_id=unit.pk,
        at=at,
        payload={
            "title": document.title,
            "kind": kind,
            "sha256": sha256,
            "characters": len(text),
            "nodes": len(reading.nodes),
            "requirements": len(reading.requirements),
            "status": document.status,
        },
    )
    return document


def office_of(*, actor: Actor, campaign_id: int, unit_id: int) -> tuple[Campaign, Unit]:
    """
    Return the campaign and the unit for whose office this actor registers something there.

    :raises NotFound: if this actor cannot see the campaign or the unit
    :raises NotAllowed: if this actor may not take in papers there
    :raises InvalidInput: if the campaign has ended, or the unit takes no part in it
    """
    campaign, unit = campaign_of(actor=actor, campaign_id=campaign_id, unit_id=unit_id)
    may_take_in(actor, unit).require()
    check_running(campaign=campaign, unit=unit)
    return campaign, unit


def campaign_of(*, actor: Actor, campaign_id: int, unit_id: int) -> tuple[Campaign, Unit]:
    """
    Return the campaign and the unit.

    :raises NotFound: if this actor cannot see one of them
    """
    campaign = campaigns.get_campaign(actor=actor, campaign_id=campaign_id)
    return campaign, organisation.get_unit(actor=actor, unit_id=unit_id)


def check_running(*, campaign: Campaign, unit: Unit) -> None:
    """
    Look whether papers of the unit still belong to the campaign.

    :raises InvalidInput: if the campaign has ended, or the unit takes no part in it
    """
    if campaign.status == CampaignStatus.ENDED:
        raise InvalidInput(_("This campaign has ended; it takes in no more papers."))
    if not unit.path.startswith(campaign.root.path):
        raise InvalidInput(_("This unit takes no part in the campaign."))


def check_words(text: str) -> None:
    """
    Look whether a text may be kept.

    :raises InvalidInput: if it is empty, too long, no text, or bears a mark of secrecy
    """
    if not text.strip():
        raise InvalidInput(_("There is no text in it. Please paste the text or choose another file."))
    if _SECRET.search(text[:_HEAD_OF_PAPER]):
        raise InvalidInput(_("This paper bears a mark of secrecy. Classified papers may not be taken in here."))
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            _("The text has more than %(most)d characters. Please take it in in parts.") % {"most": MOST_CHARACTERS}
        )
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidInput(_("This is not a text. Please paste the words, or choose a .txt, .docx or .pdf file."))


def refuse_second(actor: Actor, campaign_id: int, sha256: str) -> None:
    """
    Refuse what was taken in before.

    :raises InvalidInput: with the title of the earlier one where this actor may see it
    """
    earlier = Document.objects.select_related("unit").filter(campaign_id=campaign_id, sha256=sha256).first()
    if earlier is None:
        return
    if decide(actor=actor, capability=DirectivesCapability.VIEW, unit=earlier.unit):
        raise InvalidInput(
            _("This text was taken in already: “%(title)s”.") % {"title": earlier.title}, document_id=earlier.pk
        )
    raise InvalidInput(_("Another office has taken in this text already."))


def _stored(actor: Actor, content: bytes | None, file_name: str, at: datetime) -> StoredFile | None:
    if content is None:
        return None
    return attachments.store_file(actor=actor, name=file_name, content=content, at=at)


def _save_reading(document: Document, reading: Reading) -> None:
    """Insert nodes level by level, because a child names its parent's id; then requirements, then what they repeat."""
    levels: dict[int, list[OutlineNode]] = {}
    depths: list[int] = []
    for node, parent in zip(reading.nodes, reading.parents, strict=True):
        node.document = document
        depths.append(0 if parent is None else depths[parent] + 1)
        levels.setdefault(depths[-1], []).append(node)
    for depth in sorted(levels):
        for node in levels[depth]:
            parent = reading.parents[node.position - 1]
            node.parent = None if parent is None else reading.nodes[parent]
        OutlineNode.objects.bulk_create(levels[depth])

    for requirement, home in zip(reading.requirements, reading.homes, strict=True):
        requirement.document = document
        requirement.node = None if home is None else reading.nodes[home]
    Requirement.objects.bulk_create(reading.requirements)
    repeating = []
    for requirement, earlier in zip(reading.requirements, reading.repeats, strict=True):
        if earlier is not None:
            requirement.repeats = reading.requirements[earlier]
            repeating.append(requirement)
    Requirement.objects.bulk_update(repeating, ["repeats"])

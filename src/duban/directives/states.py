"""Kinds and states of documents and requirements."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from duban.kernel.flow import Flow, Step


class DocumentKind(TextChoices):
    SPEECH = "speech", _("Speech")
    NOTICE = "notice", _("Circular")
    MINUTES = "minutes", _("Minutes")
    COMMENT = "comment", _("Written comment")
    PAPER = "paper", _("Incoming paper")
    CALL = "call", _("Incoming call")


# What an office registers in a line or two instead of taking a whole text apart (登记上级来文来电).
INCOMING_KINDS = (DocumentKind.COMMENT, DocumentKind.MINUTES, DocumentKind.PAPER, DocumentKind.CALL)


class OriginLevel(TextChoices):
    """The level that a paper or a meeting comes from; levels above the installation are among them (R-716)."""

    CENTRAL = "central", _("Central authorities")
    PROVINCIAL = "provincial", _("Provincial level")
    CITY = "city", _("City level")
    COUNTY = "county", _("County level")
    TOWNSHIP = "township", _("Township level")
    VILLAGE = "village", _("Village level")


class DocumentStatus(TextChoices):
    """A transcript not reviewed by its speaker stays unconfirmed until the office confirms it (R-701)."""

    UNCONFIRMED = "unconfirmed", _("To be confirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    REFERENCE = "reference", _("Kept as reference")


DOCUMENT_FLOW = Flow(
    Step("confirm", DocumentStatus.UNCONFIRMED, DocumentStatus.CONFIRMED),
    Step("keep_as_reference", DocumentStatus.UNCONFIRMED, DocumentStatus.REFERENCE),
    Step("confirm", DocumentStatus.REFERENCE, DocumentStatus.CONFIRMED),
    # Only while nothing of it is assigned; commands.take_document_step looks.
    Step("keep_as_reference", DocumentStatus.CONFIRMED, DocumentStatus.REFERENCE),
)


class NodeKind(TextChoices):
    ACHIEVEMENT = "achievement", _("Achievement")
    PROBLEM = "problem", _("Problem")
    REQUIREMENT = "requirement", _("Requirement")
    GATE = "gate", _("Condition")
    PRINCIPLE = "principle", _("Principle")
    FACT = "fact", _("Fact")


class RequirementStatus(TextChoices):
    """What becomes of a sentence: nothing becomes a task before a person has said so."""

    PROPOSED = "proposed", _("To be decided")
    NOT_DECOMPOSED = "not_decomposed", _("Principle, not decomposed")
    TO_ASSIGN = "to_assign", _("To be assigned")
    ASSIGNED = "assigned", _("Assigned")


REQUIREMENT_FLOW = Flow(
    Step("take", RequirementStatus.PROPOSED, RequirementStatus.TO_ASSIGN),
    Step("set_aside", RequirementStatus.PROPOSED, RequirementStatus.NOT_DECOMPOSED),
    Step("take", RequirementStatus.NOT_DECOMPOSED, RequirementStatus.TO_ASSIGN),
    Step("set_aside", RequirementStatus.TO_ASSIGN, RequirementStatus.NOT_DECOMPOSED),
    Step("assign", RequirementStatus.TO_ASSIGN, RequirementStatus.ASSIGNED),
    Step("assign", RequirementStatus.ASSIGNED, RequirementStatus.ASSIGNED),
)


class MeetingKind(TextChoices):
    """What a meeting was held for; those of one kind are numbered together (R-709)."""

    PROMOTION = "promotion", _("Promotion meeting")
    DEPLOYMENT = "deployment", _("Deployment meeting")
    PASSING_ON = "passing_on", _("Meeting to relay and study")
    STANDING = "standing", _("Standing committee meeting")
    SUMMARY = "summary", _("Summary meeting")
    OTHER = "other", _("Other meeting")


class Manner(TextChoices):
    """How a paper was relayed (R-692)."""

    MEETING = "meeting", _("At a meeting")
    STUDY = "study", _("Studied together")
    READING = "reading", _("Read out or circulated")
    CIRCULAR = "circular", _("Paper forwarded")
    MESSAGE = "message", _("Message in the work group")


# Nothing but forwarding or reading out; without a task or paper of one's own that is all that happened.
FORWARDING = (Manner.READING, Manner.CIRCULAR, Manner.MESSAGE)


class CarryingKind(TextChoices):
    """How a local item belongs to an upper requirement (R-716, R-717)."""

    CARRIES_OUT = "carries_out", _("Carries it out")
    CHANGED_BY = "changed_by", _("Is changed by it")

"""Kinds and states of documents and requirements."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from duban.kernel.flow import Flow, Step


class DocumentKind(TextChoices):
    SPEECH = "speech", _("Speech")
    NOTICE = "notice", _("Circular")
    MINUTES = "minutes", _("Minutes")
    COMMENT = "comment", _("Written comment")


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

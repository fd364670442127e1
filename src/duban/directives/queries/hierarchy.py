"""The requirements of all levels as one tree: what a paper carries out, and what carries it out."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.directives.models import CarryingOut, Document, Requirement, UnitPassing
from duban.directives.policy import DirectivesCapability
from duban.directives.queries.papers import visible_documents
from duban.directives.states import CarryingKind, OriginLevel
from duban.kernel.authority import Actor
from duban.kernel.errors import NotFound
from duban.organisation import queries as organisation

# Central, province, city, county, township, village: a longer way is a mistake.
DEEPEST = 8
MOST_OFFERED = 100
ORDER = list(OriginLevel.values)


@dataclass(frozen=True, slots=True)
class Branch:
    """One paper in the tree, `depth` steps from the one shown, with the link that leads to it."""

    link: CarryingOut
    document: Document
    requirement: Requirement | None
    depth: int
    # The other end of the link: which requirement of the paper one step nearer it belongs to.
    nearer: Requirement | None
    may_open: bool
    level_words: str

    @property
    def is_change(self) -> bool:
        """Whether the upper one changes what was there before it (R-717)."""
        return self.link.kind == CarryingKind.CHANGED_BY


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Both directions from one paper: upwards what it carries out, downwards what carries it out."""

    document: Document
    level_words: str
    upwards: list[Branch]
    downwards: list[Branch]

    @property
    def changed(self) -> list[Branch]:
        """The local items right below that this paper changes (R-717)."""
        return [branch for branch in self.downwards if branch.is_change and branch.depth == 1]


def hierarchy(*, actor: Actor, document: Document) -> Hierarchy:
    """
    Return what a paper carries out and what carries it out, as far as the actor may see below (R-716).

    The titles of upper papers are told to whoever must carry them out; their texts only to whoever may see them.
    """
    return Hierarchy(
        document=document,
        level_words=_level_words(document=document),
        upwards=_branches(actor, document, is_upwards=True),
        downwards=_branches(actor, document, is_upwards=False),
    )


def _level_words(*, document: Document) -> str:
    """Return the level of a paper as seen from the unit that took it in: 上级, 本级 or 下级, and its name."""
    own, level = document.unit.level, document.origin_level or document.unit.level
    if level not in ORDER or own not in ORDER or level == own:
        return gettext("own level")
    word = gettext("upper level") if ORDER.index(level) < ORDER.index(own) else gettext("lower level")
    return f"{word}（{OriginLevel(level).label}）"


def above(*, actor: Actor, document_id: int) -> set[int]:
    """Return the ids of all papers that a paper carries out, in view or not: a circle is one wherever it closes."""
    found: set[int] = set()
    near = {document_id}
    for _step in range(DEEPEST):
        near = set(
            CarryingOut.objects.filter(document__in=near, ended_at__isnull=True).values_list(
                "upper_document_id", flat=True
            )
        )
        near -= found
        if not near:
            break
        found |= near
    return found


def below(*, actor: Actor, document_ids: Collection[int]) -> dict[int, int]:
    """Return all papers that carry out one of these, in view or not, each with the one it leads to: ids, no words."""
    found = {document_id: document_id for document_id in document_ids}
    near = set(found)
    for _step in range(DEEPEST):
        links = CarryingOut.objects.filter(upper_document__in=near, ended_at__isnull=True)
        near = set()
        for document_id, upper_id in links.values_list("document_id", "upper_document_id"):
            if document_id not in found:
                found[document_id] = found[upper_id]
                near.add(document_id)
        if not near:
            break
    return found


def upper_paper(*, actor: Actor, document: Document, upper_id: int) -> Document:
    """
    Return an upper paper that a local one may name.

    :raises NotFound: if this actor neither sees it nor must relay it
    """
    upper = _nameable(actor, document.campaign_id).filter(pk=upper_id).first()
    if upper is None:
        raise NotFound(_("There is no such text."))
    return upper


def upper_choices(*, actor: Actor, document: Document) -> list[Document]:
    """Return the newest hundred papers that a local one may name as carried out."""
    return list(_nameable(actor, document.campaign_id).exclude(pk=document.pk).order_by("-id")[:MOST_OFFERED])


def derived_units(*, actor: Actor, document_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return every (paper, unit) where the unit's office took in a paper of its own that carries the paper out."""
    return set(
        CarryingOut.objects.filter(upper_document__in=document_ids, ended_at__isnull=True).values_list(
            "upper_document_id", "document__unit_id"
        )
    )


def local_requirements(*, actor: Actor, document: Document) -> list[int]:
    """
    Return the ids of the requirements that carry out or are changed by a paper, directly or through others.

    A link of a whole paper stands for all its requirements. Only of papers that the actor may see.
    """
    branches = [branch for branch in _branches(actor, document, is_upwards=False) if branch.may_open]
    single = {branch.requirement.pk for branch in branches if branch.requirement is not None}
    whole = [branch.document.pk for branch in branches if branch.requirement is None]
    found = Requirement.objects.filter(Q(pk__in=single) | Q(document__in=whole))
    return list(found.order_by("document_id", "position").values_list("pk", flat=True))


def _nameable(actor: Actor, campaign_id: int) -> QuerySet[Document]:
    seen = visible_documents(actor=actor, campaign_id=campaign_id).defer("raw_text", "findings")
    if actor.is_system:
        return seen
    scope = actor.scope(DirectivesCapability.VIEW)
    asked = UnitPassing.objects.filter(
        organisation.scope_filter(scope=scope, unit="unit"), passing__document__isnull=False
    ).values("passing__document_id")
    return (
        Document.objects.select_related("unit", "campaign")
        .defer("raw_text", "findings")
        .filter(Q(pk__in=seen.order_by().values("pk")) | Q(pk__in=asked), campaign_id=campaign_id)
    )


def _branches(actor: Actor, document: Document, *, is_upwards: bool) -> list[Branch]:
    """Walk the links one step at a time and return them as lines of a tree, each below the one nearer to the paper."""
    near, far = ("document", "upper_document") if is_upwards else ("upper_document", "document")
    near_requirement, far_requirement = (
        ("requirement", "upper_requirement") if is_upwards else ("upper_requirement", "requirement")
    )
    scope = actor.scope(DirectivesCapability.VIEW)
    children: dict[int, list[CarryingOut]] = defaultdict(list)
    seen, step = {document.pk}, {document.pk}
    for _depth in range(DEEPEST):
        links = (
            CarryingOut.objects.filter(**{f"{near}__in": step}, ended_at__isnull=True)
            .select_related("document__unit", "upper_document__unit", "requirement", "upper_requirement")
            .defer("document__raw_text", "document__findings", "upper_document__raw_text", "upper_document__findings")
            .order_by("pk")
        )
        step = set()
        for link in links:
            other: Document = getattr(link, far)
            if not is_upwards and not (actor.is_system or scope.covers(other.unit)):
                continue
            children[getattr(link, f"{near}_id")].append(link)
            if other.pk not in seen:
                step.add(other.pk)
        seen |= step
        if not step:
            break
    found: list[Branch] = []

    def walk(document_id: int, depth: int, way: frozenset[int]) -> None:
        for link in children[document_id]:
            other: Document = getattr(link, far)
            found.append(
                Branch(
                    link=link,
                    document=other,
                    requirement=getattr(link, far_requirement),
                    depth=depth,
                    nearer=getattr(link, near_requirement),
                    may_open=actor.is_system or scope.covers(other.unit),
                    level_words=_level_words(document=other),
                )
            )
            if other.pk not in way and depth < DEEPEST:
                walk(other.pk, depth + 1, way | {other.pk})

    walk(document.pk, 1, frozenset({document.pk}))
    return found

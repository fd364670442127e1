"""Putting before the principal what is reserved for them, and taking their word: by sign-in, link or signed page."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duban.access import queries as access
from duban.accounts import commands as accounts
from duban.accounts.throttling import Place
from duban.attachments import commands as attachments
from duban.attachments.media_types import JPEG, PDF, PNG, WEBP
from duban.kernel.authority import Actor, Scope
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed
from duban.organisation.models import Person, Post
from duban.tasks import policy, queries
from duban.tasks.commands.answering import (
    GivenFile,
    add_entry,
    keep_files,
    keyed_by,
    locked_task,
    record,
    take_step,
)
from duban.tasks.commands.changing import ask_change
from duban.tasks.commands.reserved import OwnWord, end_links, principal_post, principal_words
from duban.tasks.models import Confirmation, ConfirmationLink, Evidence, Task, TaskEntry
from duban.tasks.states import (
    CONFIRMATION_FLOW,
    FINISHED_BY,
    ChangeKind,
    ClosingMode,
    ConfirmationStatus,
    ConfirmationWay,
    EntryKind,
    ReservedAct,
    TaskStatus,
)

LINK_LASTS = timedelta(hours=24)
SIGNED_PAGES = frozenset({PDF, PNG, JPEG, WEBP})


@transaction.atomic
def put_before_principal(
    *,
    actor: Actor,
    task_id: int,
    act: str,
    text: str,
    at: datetime,
    new_due: date | None = None,
    files: Sequence[GivenFile] = (),
) -> Confirmation:
    """
    Put a reserved act before the unit's principal (送主要负责同志确认): completion, or a later date.

    :raises NotFound: if this actor cannot see the task
    :raises NotAllowed: if this actor does not answer for the unit
    :raises IllegalStep: if nothing is reserved here, the task is not in hand, or something waits already
    :raises InvalidInput: if words or date are missing, or the unit has no principal
    """
    task = locked_task(actor=actor, task_id=task_id)
    policy.may_answer(actor, task, queries.involved(actor=actor, task=task)).require()
    if not task.assignment.is_principals_own:
        raise IllegalStep(_("This item reserves nothing for the principal. Send it yourself."))
    if task.status != TaskStatus.IN_HAND:
        raise IllegalStep(_("Only an item in hand is put before the principal. Please look at its present state."))
    if act not in ReservedAct.values:
        raise InvalidInput(_("Please choose what is put before the principal."))
    if not text.strip():
        raise InvalidInput(_("Please say what has been done."), fields={"text": _("Please say what has been done.")})
    if act == ReservedAct.ASK_EXTENSION and (new_due is None or task.agreed_due is None or new_due <= task.agreed_due):
        raise InvalidInput(
            _("The new date must be later than the agreed one."),
            fields={"new_due": _("The new date must be later than the agreed one.")},
        )
    post = principal_post(actor=actor, unit_id=task.unit_id, on=timezone.localdate(at))
    if post is None:
        raise InvalidInput(_("No principal is entered for the unit. Ask whoever keeps its register."))

    confirmation = _open(
        task=task,
        post=post,
        act=act,
        text=text.strip(),
        new_due=new_due if act == ReservedAct.ASK_EXTENSION else None,
        prepared_by=actor.user_id,
        prepared_words=f"{actor.name} {actor.post_title}".strip(),
        asked_at=at,
    )
    entry = add_entry(actor=actor, task=task, kind=EntryKind.PUT_BEFORE, text=text, at=at, new_due=confirmation.new_due)
    keep_files(actor=actor, task=task, entry=entry, files=files, at=at)
    record(
        actor=actor,
        task=task,
        verb=EntryKind.PUT_BEFORE,
        at=at,
        payload={"confirmation": confirmation.pk, "act": act, "text": text, "principal": post.person_id},
    )
    return confirmation


@transaction.atomic
def take_back_confirmation(*, actor: Actor, confirmation_id: int, at: datetime) -> Confirmation:
    """
    Take back what waits for the principal (撤回), until they have decided; its link opens nothing any more.

    :raises NotFound: if this actor does not answer for the unit
    :raises NotAllowed: if this actor's unit does not own the task
    :raises IllegalStep: if it was answered already, or ended otherwise
    """
    confirmation, task = _locked(actor, confirmation_id)
    policy.may_answer(actor, task, queries.involved(actor=actor, task=task)).require()
    confirmation.status = CONFIRMATION_FLOW.step("end", source=confirmation.status).target
    confirmation.decided_at = at
    confirmation.decided_words = f"{actor.name} {actor.post_title}".strip()
    confirmation.save(update_fields=["status", "decided_at", "decided_words"])
    end_links([confirmation.pk], at=at)
    add_entry(actor=actor, task=task, kind=EntryKind.CALL_BACK, text="", at=at)
    record(actor=actor, task=task, verb=EntryKind.CALL_BACK, at=at, payload={"confirmation": confirmation.pk})
    return confirmation


@transaction.atomic
def decide_confirmation(
    *,
    actor: Actor,
    confirmation_id: int,
    step_name: str,
    at: datetime,
    reason: str = "",
    person_id: int | None = None,
) -> Confirmation:
    """
    Give one's own word as the principal, signed in: agree, send_back or entrust (to a person of the unit).

    :raises NotFound: if this actor does not answer for the unit
    :raises NotAllowed: if this actor is not its principal today
    :raises IllegalStep: if it was answered already, or the item has moved on
    :raises InvalidInput: if a reason or the person is missing
    """
    confirmation, task = _locked(actor, confirmation_id)
    post = principal_post(actor=actor, unit_id=task.unit_id, on=timezone.localdate(at))
    if post is None or post.person_id != actor.person_id:
        raise NotAllowed(_("Only the principal in office decides this."))
    word = OwnWord(way=ConfirmationWay.SIGN_IN, by=principal_words(post), person_id=post.person_id)
    return _decide(actor, confirmation, task, step_name, word, reason=reason, person_id=person_id, at=at)


@transaction.atomic
def make_link(*, actor: Actor, confirmation_id: int, at: datetime) -> tuple[ConfirmationLink, str]:
    """
    Make a one-time link for the principal's telephone and return it with its token, which is kept nowhere.

    It holds for 24 hours, for this principal and this one decision; a new link ends the former one.

    :raises NotFound: if this actor does not answer for the unit
    :raises IllegalStep: if it was answered already, or the principal has changed since it was put before them
    """
    confirmation, task = _locked(actor, confirmation_id)
    if confirmation.status != ConfirmationStatus.WAITING:
        raise IllegalStep(_("This has been answered already."))
    post = principal_post(actor=actor, unit_id=task.unit_id, on=timezone.localdate(at))
    if post is None:
        raise InvalidInput(_("No principal is entered for the unit. Ask whoever keeps its register."))
    end_links([confirmation.pk], at=at)
    token = secrets.token_urlsafe(32)
    link = ConfirmationLink.objects.create(
        confirmation=confirmation,
        post=post,
        token_hash=hash_of(token),
        made_by=actor.user_id,
        made_words=f"{actor.name} {actor.post_title}".strip(),
        made_at=at,
        expires_at=at + LINK_LASTS,
    )
    record(
        actor=actor,
        task=task,
        verb="confirmation_link",
        at=at,
        payload={"confirmation": confirmation.pk, "link": link.pk, "for": post.person_id},
    )
    return link, token


@transaction.atomic
def open_link(*, actor: Actor, token: str, place: Place, at: datetime) -> queries.Tap | None:
    """
    Return what a one-time link shows; None, which stays counted, for a link that there is not. Nothing else changes.

    :raises TooManyAttempts: while this place has tried too many links
    """
    accounts.require_patience(actor=actor, name=_guess(token), place=place, at=at)
    found = queries.tap(actor=actor, token=token, at=at)
    if found is None:
        accounts.count_failure(actor=actor, name=_guess(token), place=place, at=at)
    return found


@transaction.atomic
def decide_by_link(
    *, actor: Actor, token: str, step_name: str, place: Place, at: datetime, reason: str = ""
) -> Confirmation | None:
    """
    Give the principal's word by the one-time link; None, which stays counted, for a link that there is not.

    :raises TooManyAttempts: while this place has tried too many links
    :raises IllegalStep: if the link has expired or ended, the principal has changed, or it was answered already
    :raises InvalidInput: if it is sent back without a reason
    """
    accounts.require_patience(actor=actor, name=_guess(token), place=place, at=at)
    link = ConfirmationLink.objects.select_related("confirmation").filter(token_hash=hash_of(token)).first()
    if link is None:
        accounts.count_failure(actor=actor, name=_guess(token), place=place, at=at)
        return None
    # The task first, as everywhere: two taps at once wait for each other here.
    locked = (
        Task.objects.select_for_update(of=("self",))
        .select_related("assignment__assigner", "unit", "checker_unit", "campaign")
        .get(pk=link.confirmation.task_id)
    )
    link = ConfirmationLink.objects.select_related("confirmation", "post__person", "post__unit").get(pk=link.pk)
    refusal = queries.link_refusal(actor=actor, link=link, at=at)
    if refusal:
        raise IllegalStep(refusal)
    if step_name not in {"agree", "send_back"}:
        raise InvalidInput(_("By a link one agrees or sends back."))
    ConfirmationLink.objects.filter(pk=link.pk).update(used_at=at, ended_at=at)
    post = link.post
    word = OwnWord(way=ConfirmationWay.LINK, by=principal_words(post), person_id=post.person_id)
    return _decide(_principal(post), link.confirmation, locked, step_name, word, reason=reason, person_id=None, at=at)


@transaction.atomic
def agree_by_signed_page(*, actor: Actor, confirmation_id: int, file: GivenFile | None, at: datetime) -> Confirmation:
    """
    Record the principal's word from a page that they signed, with its scan or photograph.

    :raises NotFound: if this actor does not answer for the unit
    :raises IllegalStep: if it was answered already, or the item has moved on
    :raises InvalidInput: if there is no page, or it is neither a picture nor a PDF
    """
    confirmation, task = _locked(actor, confirmation_id)
    post = principal_post(actor=actor, unit_id=task.unit_id, on=timezone.localdate(at))
    if post is None:
        raise InvalidInput(_("No principal is entered for the unit. Ask whoever keeps its register."))
    if file is None:
        raise InvalidInput(_("Please choose the scan or the photograph of the signed page."))
    stored = attachments.store_file(actor=actor, name=file.name, content=file.content, at=at, accepted=SIGNED_PAGES)
    word = OwnWord(
        way=ConfirmationWay.PAGE, by=principal_words(post), person_id=post.person_id, keyed_by=keyed_by(actor)
    )
    decided = _decide(actor, confirmation, task, "agree", word, reason="", person_id=None, at=at)
    entry = TaskEntry.objects.filter(task=task).latest("pk")
    Evidence.objects.create(task=task, file=stored, entry=entry)
    return decided


def hash_of(token: str) -> str:
    """Return what is kept of a token; 256 random bits need no key."""
    return sha256(token.encode()).hexdigest()


def _guess(token: str) -> str:
    # A mangled link must not shut out the good one of a neighbour at the same address; the place is counted as well.
    return f"confirmation-link:{hash_of(token)}"


def _locked(actor: Actor, confirmation_id: int) -> tuple[Confirmation, Task]:
    found = queries.get_confirmation(actor=actor, confirmation_id=confirmation_id)
    task = locked_task(actor=actor, task_id=found.task_id)
    # Read again under the task's lock: somebody may have answered meanwhile.
    return Confirmation.objects.get(pk=found.pk), task


def _open(**values: object) -> Confirmation:
    try:
        with transaction.atomic():
            return Confirmation.objects.create(**values)
    except IntegrityError as fault:
        raise IllegalStep(_("Something of this item waits before the principal already.")) from fault


def _principal(post: Post) -> Actor:
    own = Scope(unit_ids=frozenset({post.unit_id}))
    return Actor(
        user_id=post.person.user_id,
        name=post.person.name,
        person_id=post.person_id,
        post_id=post.pk,
        post_title=access.post_title(post),
        unit_id=post.unit_id,
        scopes={policy.TasksCapability.ANSWER: own, policy.TasksCapability.VIEW: own},
    )


def _decide(
    actor: Actor,
    confirmation: Confirmation,
    task: Task,
    step_name: str,
    word: OwnWord,
    *,
    reason: str,
    person_id: int | None,
    at: datetime,
) -> Confirmation:
    if confirmation.status != ConfirmationStatus.WAITING:
        raise IllegalStep(_("This has been answered already."))
    step = CONFIRMATION_FLOW.step(step_name, source=confirmation.status)
    if step.reason_required and not reason.strip():
        raise InvalidInput(_("Please say why, in a sentence."), fields={"reason": _("Please say why, in a sentence.")})
    entrusted = _person_of_unit(actor, task, person_id, at) if step.name == "entrust" else None

    changed = Confirmation.objects.filter(pk=confirmation.pk, status=ConfirmationStatus.WAITING).update(
        status=step.target,
        way=word.way,
        decided_at=at,
        decided_by=actor.user_id,
        decided_words=word.by,
        reason=reason.strip(),
        entrusted_to=entrusted.person if entrusted else None,
    )
    if not changed:
        raise IllegalStep(_("This has been answered already."))
    end_links([confirmation.pk], at=at)
    record(
        actor=actor,
        task=task,
        verb="confirmation",
        at=at,
        payload={
            "confirmation": confirmation.pk,
            "decision": step.name,
            "way": word.way,
            "principal": word.person_id,
            "reason": reason.strip(),
            "entrusted_to": entrusted.person_id if entrusted else None,
        },
        on_behalf_of=_account(word) if word.keyed_by else None,
    )
    if step.name == "agree":
        _carry_out(actor, confirmation, task, word, at)
    else:
        text = reason.strip()
        kind = EntryKind.SENT_BACK
        if entrusted is not None:
            kind = EntryKind.ENTRUST
            text = gettext("To %(name)s: %(words)s") % {"name": entrusted.person.name, "words": text}
            Task.objects.filter(pk=task.pk).update(in_charge=entrusted.person)
        add_entry(actor=actor, task=task, kind=kind, text=text, at=at, word=word)
    return Confirmation.objects.select_related("task").get(pk=confirmation.pk)


def _carry_out(actor: Actor, confirmation: Confirmation, task: Task, word: OwnWord, at: datetime) -> None:
    if confirmation.act == ReservedAct.ASK_EXTENSION:
        ask_change(
            actor=actor,
            task_id=task.pk,
            kind=ChangeKind.EXTENSION,
            new_due=confirmation.new_due,
            reason=confirmation.text,
            at=at,
            word=word,
        )
    else:
        finishing = FINISHED_BY[ClosingMode(task.closing_mode)]
        take_step(actor=actor, task_id=task.pk, step_name=finishing, text=confirmation.text, at=at, word=word)


def _person_of_unit(actor: Actor, task: Task, person_id: int | None, at: datetime) -> Post:
    posts = queries.people_of_unit(actor=actor, unit_id=task.unit_id, on=timezone.localdate(at))
    found = next((post for post in posts if post.person_id == person_id), None)
    if found is None:
        raise InvalidInput(
            _("Please choose somebody of the unit."), fields={"person": _("Please choose somebody of the unit.")}
        )
    return found


def _account(word: OwnWord) -> int | None:
    return Person.objects.values_list("user_id", flat=True).get(pk=word.person_id)

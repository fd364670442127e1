"""What is reserved for the principal: by own sign-in, by a one-time link, by a signed page; and by nothing else."""

from datetime import timedelta

import pytest
from django.test import Client

from duban.access.states import Reach
from duban.accounts.throttling import FREE_FOR_PLACE, Place
from duban.audit.models import AuditEvent
from duban.config.factories import LONG_AGO, SOME_DAY, SOME_MOMENT, actor_with, make_work
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound, TooManyAttempts
from duban.organisation.models import Person, Post
from duban.organisation.states import PostKind
from duban.tasks import commands, queries
from duban.tasks.commands.answering import GivenFile
from duban.tasks.models import ChangeRequest, Confirmation, ConfirmationLink, Task, TaskEntry
from duban.tasks.tests.test_races import at_once

AT = SOME_MOMENT
NOBODY = Actor(user_id=None, name="")
PHONE = Place(address="10.0.0.7")
PICTURE = GivenFile(name="签字页.png", content=b"\x89PNG\r\n\x1a\n" + b"0" * 64)


@pytest.fixture
def principal(cast):
    return actor_with(
        unit=cast.tree.departments[1], role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL
    )


@pytest.fixture
def task(cast, principal):
    work = make_work(
        campaign=cast.campaign, assigner=cast.tree.city, units=[cast.tree.departments[1]], status="in_hand"
    )
    work.assignment.is_principals_own = True
    work.assignment.save()
    return work.tasks[0]


@pytest.fixture
def waiting(cast, task):
    return commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="三处已改", at=AT)


def link_of(cast, waiting, at=AT):
    return commands.make_link(actor=cast.owner, confirmation_id=waiting.pk, at=at)[1]


def tap(token, decision="agree", at=AT, **given):
    return commands.decide_by_link(
        actor=NOBODY, token=token, step_name=decision, place=given.pop("place", PHONE), at=at, **given
    )


def new_principal(unit, on=SOME_DAY):
    Post.objects.filter(unit=unit, kind=PostKind.PRINCIPAL).update(ends_on=on)
    person = Person.objects.create(name="新任")
    return Post.objects.create(unit=unit, person=person, kind=PostKind.PRINCIPAL, starts_on=on)


def last_entry(task):
    return TaskEntry.objects.filter(task=task).exclude(kind="moved_up").latest("pk")


class TestReserved:
    def test_nobody_else_asks_for_completion_or_a_later_date(self, cast, task):
        with pytest.raises(NotAllowed, match="reserved for the principal"):
            commands.take_step(actor=cast.owner, task_id=task.pk, step_name="ask_done", text="改完", at=AT)
        with pytest.raises(NotAllowed, match="reserved for the principal"):
            commands.ask_change(
                kind="extension",
                actor=cast.owner,
                task_id=task.pk,
                new_due=SOME_DAY + timedelta(days=300),
                reason="汛期",
                at=AT,
            )

    def test_the_principal_asks_at_once_and_the_thread_says_how(self, task, principal):
        commands.take_step(actor=principal, task_id=task.pk, step_name="ask_done", text="改完", at=AT)
        entry = last_entry(task)
        assert (entry.kind, entry.way, entry.for_person_id) == ("ask_done", "sign_in", principal.person_id)

    def test_what_reserves_nothing_is_not_put_before_anybody(self, cast, task):
        task.assignment.is_principals_own = False
        task.assignment.save()
        with pytest.raises(IllegalStep):
            commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="改完", at=AT)

    def test_one_thing_waits_at_a_time(self, cast, task, waiting):
        with pytest.raises(IllegalStep, match="waits before the principal already"):
            commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="改完", at=AT)

    def test_a_later_date_is_asked_for_with_the_principals_word(self, cast, task, principal):
        due = SOME_DAY + timedelta(days=300)
        asked = commands.put_before_principal(
            actor=cast.owner, task_id=task.pk, act="ask_extension", text="汛期", new_due=due, at=AT
        )
        assert not ChangeRequest.objects.filter(task=task).exists()
        commands.decide_confirmation(actor=principal, confirmation_id=asked.pk, step_name="agree", at=AT)
        assert ChangeRequest.objects.get(task=task).new_due == due
        assert last_entry(task).way == "sign_in"

    def test_doing_it_oneself_ends_what_waited(self, cast, task, waiting, principal):
        token = link_of(cast, waiting)
        commands.take_step(actor=principal, task_id=task.pk, step_name="ask_done", text="改完", at=AT)
        waiting.refresh_from_db()
        assert waiting.status == "ended"
        with pytest.raises(IllegalStep, match="another way"):
            tap(token)


class TestTakingBack:
    def test_what_waits_is_taken_back_and_its_link_opens_nothing(self, cast, task, waiting, principal):
        token = link_of(cast, waiting)
        ended = commands.take_back_confirmation(actor=cast.owner, confirmation_id=waiting.pk, at=AT)
        assert ended.status == "ended"
        assert last_entry(task).kind == "call_back"
        with pytest.raises(IllegalStep):
            tap(token)
        with pytest.raises(IllegalStep):
            commands.decide_confirmation(actor=principal, confirmation_id=waiting.pk, step_name="agree", at=AT)
        assert not queries.waiting_for(actor=principal, campaign_id=cast.campaign.pk, on=SOME_DAY)
        # It can be put before them anew.
        commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="四处已改", at=AT)

    def test_what_was_decided_is_not_and_nobody_else_takes_it_back(self, cast, waiting, principal):
        for other in (cast.office, cast.helper):
            with pytest.raises((NotFound, NotAllowed)):
                commands.take_back_confirmation(actor=other, confirmation_id=waiting.pk, at=AT)
        commands.decide_confirmation(actor=principal, confirmation_id=waiting.pk, step_name="agree", at=AT)
        with pytest.raises(IllegalStep):
            commands.take_back_confirmation(actor=cast.owner, confirmation_id=waiting.pk, at=AT)

    def test_page_and_rest_have_it(self, cast, task, waiting):
        client = cast.client(cast.owner)
        address = f"/tasks/confirmations/{waiting.pk}/take-back/"
        assert f'action="{address}"' in client.get(f"/tasks/confirmations/{waiting.pk}/").content.decode()
        assert "Taken back." in client.post(address, follow=True).content.decode()
        again = commands.put_before_principal(actor=cast.owner, task_id=task.pk, act="ask_done", text="已改", at=AT)
        taken = client.post(f"/api/confirmations/{again.pk}/take-back", content_type="application/json")
        assert (taken.status_code, taken.json()["status"]) == (200, "ended")


def test_whoever_made_the_link_has_a_part_in_the_item(cast, task, waiting):
    other = actor_with(unit=cast.tree.departments[1], role="unit_liaison", reach=Reach.UNIT)
    assert other.user_id not in queries.involved(actor=other, task=task).users
    commands.make_link(actor=other, confirmation_id=waiting.pk, at=AT)
    for found in (
        queries.involved(actor=other, task=task),
        queries.involved_in_many(actor=other, tasks=[task])[task.pk],
    ):
        assert other.user_id in found.users


class TestOwnSignIn:
    def test_agreeing_sends_the_prepared_words(self, cast, task, waiting, principal):
        commands.decide_confirmation(actor=principal, confirmation_id=waiting.pk, step_name="agree", at=AT)
        task.refresh_from_db()
        entry = last_entry(task)
        assert (task.status, entry.text, entry.way, entry.keyed_by) == ("asked_done", "三处已改", "sign_in", "")
        assert principal.name in entry.by

    def test_sending_back_needs_a_reason_and_leaves_the_item_in_hand(self, task, waiting, principal):
        with pytest.raises(InvalidInput):
            commands.decide_confirmation(actor=principal, confirmation_id=waiting.pk, step_name="send_back", at=AT)
        commands.decide_confirmation(
            actor=principal, confirmation_id=waiting.pk, step_name="send_back", reason="缺照片", at=AT
        )
        task.refresh_from_db()
        assert (task.status, last_entry(task).kind, last_entry(task).text) == ("in_hand", "sent_back", "缺照片")

    def test_entrusting_names_somebody_of_the_unit(self, cast, task, waiting, principal):
        given = {
            "actor": principal,
            "confirmation_id": waiting.pk,
            "step_name": "entrust",
            "reason": "再核一遍",
            "at": AT,
        }
        with pytest.raises(InvalidInput, match="somebody of the unit"):
            commands.decide_confirmation(person_id=cast.stranger.person_id, **given)
        commands.decide_confirmation(person_id=cast.owner.person_id, **given)
        task.refresh_from_db()
        assert task.in_charge_id == cast.owner.person_id
        assert cast.owner.name in last_entry(task).text

    @pytest.mark.parametrize("who", ["owner", "office"])
    def test_nobody_else_decides(self, cast, waiting, who):
        with pytest.raises((NotAllowed, NotFound)):
            commands.decide_confirmation(actor=getattr(cast, who), confirmation_id=waiting.pk, step_name="agree", at=AT)

    def test_a_former_principal_decides_nothing_any_more(self, cast, waiting, principal):
        new_principal(cast.tree.departments[1])
        with pytest.raises(NotAllowed, match="in office"):
            commands.decide_confirmation(actor=principal, confirmation_id=waiting.pk, step_name="agree", at=AT)

    def test_one_sees_what_waits_for_oneself_only(self, cast, waiting, principal):
        given = {"campaign_id": cast.campaign.pk, "on": SOME_DAY}
        assert queries.waiting_for(actor=principal, **given) == [waiting]
        assert queries.waiting_for(actor=cast.owner, **given) == []

    def test_who_prepared_it_does_not_check_it(self, cast, task, waiting):
        assert cast.owner.user_id in queries.involved(actor=cast.owner, task=task).users


class TestTheLink:
    def test_one_tap_decides_without_an_account(self, cast, task, waiting, principal):
        Person.objects.filter(pk=principal.person_id).update(user=None)
        assert tap(link_of(cast, waiting)).status == "agreed"
        task.refresh_from_db()
        entry = last_entry(task)
        assert (task.status, entry.way, entry.user_id, entry.for_person_id) == (
            "asked_done",
            "link",
            None,
            principal.person_id,
        )
        event = AuditEvent.objects.filter(verb="task.confirmation", object_id=task.pk).get()
        assert '"way":"link"' in event.payload.replace(" ", "")

    def test_only_the_hash_is_kept(self, cast, waiting):
        token = link_of(cast, waiting)
        link = ConfirmationLink.objects.get()
        assert token not in str(link.__dict__)
        assert len(token) >= 43
        assert all(token not in event.payload for event in AuditEvent.objects.all())

    def test_is_used_once(self, cast, waiting):
        token = link_of(cast, waiting)
        tap(token)
        with pytest.raises(IllegalStep, match="answered by this link already"):
            tap(token, "send_back", reason="改主意")

    def test_expires_after_24_hours(self, cast, waiting):
        token = link_of(cast, waiting)
        with pytest.raises(IllegalStep, match="expired"):
            tap(token, at=AT + timedelta(hours=24))

    def test_is_of_no_use_once_it_was_decided_otherwise(self, cast, waiting, principal):
        token = link_of(cast, waiting)
        commands.decide_confirmation(
            actor=principal, confirmation_id=waiting.pk, step_name="send_back", reason="缺照片", at=AT
        )
        with pytest.raises(IllegalStep, match="another way"):
            tap(token)

    def test_ends_with_the_post_of_its_principal(self, cast, task, waiting):
        token = link_of(cast, waiting)
        new_principal(cast.tree.departments[1])
        with pytest.raises(IllegalStep, match="principal has changed"):
            tap(token)
        task.refresh_from_db()
        assert task.status == "in_hand"

    def test_a_new_one_ends_the_former(self, cast, waiting):
        former = link_of(cast, waiting)
        newer = link_of(cast, waiting)
        with pytest.raises(IllegalStep, match="newer link"):
            tap(former)
        assert tap(newer).status == "agreed"

    def test_entrusts_nobody(self, cast, waiting):
        with pytest.raises(InvalidInput):
            tap(link_of(cast, waiting), "entrust", reason="去办")

    def test_guessing_is_slowed_down_for_the_place(self, waiting):
        for number in range(FREE_FOR_PLACE + 1):
            try:
                assert tap(f"guess-{number}") is None
            except TooManyAttempts:
                break
        with pytest.raises(TooManyAttempts):
            tap("another")
        assert tap("another", place=Place(address="10.0.0.8")) is None

    def test_is_made_only_by_who_answers_for_the_unit(self, cast, waiting):
        for actor in (cast.stranger, cast.office, cast.helper):
            with pytest.raises(NotFound):
                commands.make_link(actor=actor, confirmation_id=waiting.pk, at=AT)

    def test_the_item_moved_on_meanwhile(self, cast, task, waiting):
        token = link_of(cast, waiting)
        Task.objects.filter(pk=task.pk).update(status="done", finished_on=SOME_DAY)
        with pytest.raises(IllegalStep):
            tap(token)
        waiting.refresh_from_db()
        assert waiting.status == "waiting", "nothing of the tap remains"


def test_two_taps_at_once_decide_once(own_database):
    from duban.tasks.tests.conftest import make_cast  # noqa: PLC0415 - in the database of its own

    cast = make_cast()
    unit = cast.tree.departments[1]
    actor_with(unit=unit, role="unit_principal", reach=Reach.UNIT, post_kind=PostKind.PRINCIPAL)
    work = make_work(campaign=cast.campaign, assigner=cast.tree.city, units=[unit], status="in_hand")
    work.assignment.is_principals_own = True
    work.assignment.save()
    found = commands.put_before_principal(
        actor=cast.owner, task_id=work.tasks[0].pk, act="ask_done", text="改完", at=AT
    )
    token = link_of(cast, found)
    answers = at_once(lambda: tap(token), lambda: tap(token, "send_back", reason="不行"), lambda: tap(token))
    assert [isinstance(answer, Confirmation) for answer in answers].count(True) == 1
    assert [isinstance(answer, IllegalStep) for answer in answers].count(True) == 2
    assert TaskEntry.objects.filter(kind__in=["ask_done", "sent_back"]).count() == 1


class TestTheSignedPage:
    def test_is_shown_as_such_with_who_handed_it_in(self, cast, task, waiting, principal):
        commands.agree_by_signed_page(actor=cast.owner, confirmation_id=waiting.pk, file=PICTURE, at=AT)
        task.refresh_from_db()
        entry = last_entry(task)
        assert (task.status, entry.way, entry.user_id) == ("asked_done", "page", cast.owner.user_id)
        assert principal.name in entry.by
        assert cast.owner.name in entry.keyed_by
        assert [proof.file.name for proof in entry.evidence.all()] == ["签字页.png"]
        page = cast.client(cast.owner).get(f"/tasks/{task.pk}/").content.decode()
        assert "by signed page" in page
        event = AuditEvent.objects.get(verb="task.confirmation", object_id=task.pk)
        assert (event.actor_user, event.on_behalf_of) == (cast.owner.user_id, principal.user_id)

    def test_needs_a_picture_or_a_pdf(self, cast, waiting):
        for file in (None, GivenFile(name="签字.txt", content="同意".encode())):
            with pytest.raises(InvalidInput):
                commands.agree_by_signed_page(actor=cast.owner, confirmation_id=waiting.pk, file=file, at=AT)

    def test_the_page_to_sign_says_what_is_signed(self, cast, waiting, principal):
        page = cast.client(cast.owner).get(f"/tasks/confirmations/{waiting.pk}/page/").content.decode()
        assert all(word in page for word in ("三处已改", principal.name, waiting.task.assignment.wording))


class TestPages:
    def test_the_liaison_sends_it_to_the_principal_from_the_items_page(self, cast, task):
        client = cast.client(cast.owner)
        page = client.get(f"/tasks/{task.pk}/").content.decode()
        assert f"/tasks/{task.pk}/put-before/" in page
        answer = client.post(f"/tasks/{task.pk}/put-before/", {"act": "ask_done", "text": "改完"})
        assert answer.status_code == 302
        found = Confirmation.objects.get(task=task)
        assert answer["Location"] == f"/tasks/confirmations/{found.pk}/"
        again = client.post(f"/tasks/{task.pk}/put-before/", {"act": "ask_done", "text": ""})
        assert again.status_code == 422

    def test_the_link_is_shown_once_and_not_kept_with_the_answer(self, cast, waiting):
        client = cast.client(cast.owner)
        given = {"request_id": "7b3e9bd0-21a8-4c3c-8d44-3d0f6e3a6e10"}
        shown = client.post(f"/tasks/confirmations/{waiting.pk}/link/", given).content.decode()
        assert "/tasks/tap/" in shown
        again = client.post(f"/tasks/confirmations/{waiting.pk}/link/", given).content.decode()
        assert shown != again, "the first answer was not kept"
        assert "/tasks/tap/" not in client.get(f"/tasks/confirmations/{waiting.pk}/").content.decode()

    def test_the_page_behind_the_link_needs_no_account_and_tells_nobody(self, cast, task, waiting):
        # Pages live by the clock on the wall, so the link is made by one as well.
        address = self.address(cast, waiting)
        phone = Client()
        phone.cookies["language"] = "en"
        looked = phone.get(address)
        assert looked.status_code == 200
        assert looked["Referrer-Policy"] == "no-referrer"
        assert "http" not in looked.content.decode().replace("http-equiv", ""), "nothing leads elsewhere"
        task.refresh_from_db()
        assert task.status == "in_hand", "looking decides nothing"
        assert phone.post(address, {"decision": "send_back"}).status_code == 422
        assert "is kept" in phone.post(address, {"decision": "agree"}).content.decode()
        used = phone.get(address)
        assert (used.status_code, "already" in used.content.decode()) == (409, True)
        assert phone.get("/tasks/tap/nothing/").status_code == 404

    def address(self, cast, waiting):
        text = cast.client(cast.owner).post(f"/tasks/confirmations/{waiting.pk}/link/").content.decode()
        start = text.index("/tasks/tap/")
        return text[start : text.index("<", start)]


def test_a_former_post_in_the_unit_is_no_principals(cast, task, waiting):
    other = actor_with(unit=cast.tree.departments[2], role="unit_principal", reach=Reach.UNIT)
    Post.objects.create(
        unit=cast.tree.departments[1],
        person_id=other.person_id or 0,
        kind=PostKind.PRINCIPAL,
        starts_on=LONG_AGO - timedelta(days=90),
        ends_on=LONG_AGO - timedelta(days=1),
    )
    with pytest.raises(NotFound):
        commands.decide_confirmation(actor=other, confirmation_id=waiting.pk, step_name="agree", at=AT)

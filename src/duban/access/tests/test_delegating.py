"""Accounts opened for the units below: never at the own level, never upwards, never more than is due there."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from docx import Document

from duban.access import commands, queries
from duban.access.models import Grant
from duban.access.states import Reach
from duban.access.words import ROLE_WORDS
from duban.accounts import commands as accounts
from duban.accounts.models import ActivationCode, User
from duban.accounts.throttling import Place
from duban.audit.models import AuditEvent
from duban.config.factories import (
    LONG_AGO,
    SOME_DAY,
    SOME_MOMENT,
    Tree,
    actor_for,
    actor_with,
    build_tree,
    make_person_with_account,
)
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotAllowed, NotFound, Refused
from duban.organisation import commands as people_of_units
from duban.organisation.models import Person, Post
from duban.organisation.states import PostKind
from duban.shell.models import PostedRequest

AT = SOME_MOMENT
DELEGABLE = {"unit_principal", "unit_deputy", "unit_liaison", "branch_secretary", "township_recorder"}


def somebody(unit, kind=PostKind.SECRETARY, name="曹有根"):
    person = Person.objects.create(name=name)
    return Post.objects.create(
        unit=unit, person=person, kind=kind, starts_on=LONG_AGO, field_in_charge="党建" if kind == "deputy" else ""
    )


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def villages(tree: Tree):
    return [unit for unit in tree.villages if unit.parent_id == tree.townships[0].pk]


@pytest.fixture
def township(tree: Tree) -> Actor:
    return actor_with(unit=tree.townships[0], role="delegated_admin")


@pytest.fixture
def county(tree: Tree) -> Actor:
    return actor_with(unit=tree.counties[0], role="county_office")


def opened(actor, unit):
    commands.open_accounts_below(actor=actor, unit_id=unit.pk, at=AT)


class TestOpening:
    def test_a_township_opens_accounts_for_its_villages_in_one_step(self, tree, township, villages):
        posts = [somebody(unit, name=f"书记{number}") for number, unit in enumerate(villages)]
        assert commands.open_accounts_below(actor=township, unit_id=tree.townships[0].pk, at=AT) == len(villages)
        for post in posts:
            post.person.refresh_from_db()
            grant = Grant.objects.get(user_id=post.person.user_id)
            assert (grant.role, grant.reach, grant.unit_id, grant.post_id) == (
                "branch_secretary",
                Reach.UNIT,
                post.unit_id,
                post.pk,
            )
            assert not post.person.user.has_usable_password()
        assert commands.open_accounts_below(actor=township, unit_id=tree.townships[0].pk, at=AT) == 0

    def test_nobody_of_the_own_level_is_served(self, tree, township):
        own = somebody(tree.townships[0], kind=PostKind.LIAISON)
        opened(township, tree.townships[0])
        own.person.refresh_from_db()
        assert own.person.user is None

    def test_a_county_serves_its_townships_as_well(self, tree, county):
        post = somebody(tree.townships[0], kind=PostKind.LIAISON)
        opened(county, tree.townships[0])
        post.person.refresh_from_db()
        assert Grant.objects.get(user_id=post.person.user_id).role == "unit_liaison"

    def test_equal_names_are_told_apart(self, tree, township, villages):
        posts = [somebody(unit, name="王 芳") for unit in villages[:3]]
        opened(township, tree.townships[0])
        names = User.objects.filter(pk__in=Person.objects.filter(pk__in=[p.person_id for p in posts]).values("user"))
        assert set(names.values_list("sign_in_name", flat=True)) == {"王芳", "王芳2", "王芳3"}

    def test_what_ends_with_the_post_is_the_role(self, tree, township, villages):
        post = somebody(villages[0])
        opened(township, tree.townships[0])
        post.refresh_from_db()
        user_id = post.person.user_id
        assert queries.actor_of(user_id=user_id, post_id=None, at=AT).scopes
        Post.objects.filter(pk=post.pk).update(ends_on=SOME_DAY)
        assert not queries.actor_of(user_id=user_id, post_id=None, at=AT).scopes

    def test_elsewhere_is_as_if_it_did_not_exist(self, tree, township):
        for unit in (tree.townships[1], tree.counties[0], tree.city):
            with pytest.raises(NotFound):
                opened(township, unit)

    def test_only_who_is_entrusted_with_it(self, tree):
        for role in ("office_clerk", "township_recorder", "unit_liaison", "security_admin"):
            with pytest.raises(NotFound):
                opened(actor_with(unit=tree.townships[0], role=role), tree.townships[0])


class TestEscalation:
    @pytest.mark.parametrize("role", [role for role in ROLE_WORDS if role not in DELEGABLE])
    def test_no_other_role_is_granted(self, tree, county, villages, role):
        post = somebody(villages[0])
        opened(county, tree.townships[0])
        with pytest.raises(NotAllowed):
            commands.grant_by_delegation(actor=county, post_id=post.pk, role=role, at=AT)

    def test_recording_is_granted_at_a_township_by_the_county_only(self, tree, county, township, villages):
        liaison, secretary = somebody(tree.townships[0], kind=PostKind.LIAISON), somebody(villages[0])
        opened(county, tree.townships[0])
        grant = commands.grant_by_delegation(actor=county, post_id=liaison.pk, role="township_recorder", at=AT)
        assert (grant.reach, grant.unit_id, grant.post_id) == (Reach.SUBTREE, tree.townships[0].pk, liaison.pk)
        with pytest.raises(NotFound):
            commands.grant_by_delegation(actor=township, post_id=liaison.pk, role="township_recorder", at=AT)
        with pytest.raises(NotAllowed, match="at a township"):
            commands.grant_by_delegation(actor=county, post_id=secretary.pk, role="township_recorder", at=AT)

    def test_nobody_serves_themselves(self, tree):
        account = make_person_with_account(unit=tree.townships[0], role="delegated_admin")
        second = Post.objects.create(
            unit=next(unit for unit in tree.villages if unit.parent_id == tree.townships[0].pk),
            person=account.person,
            kind=PostKind.SECRETARY,
            starts_on=LONG_AGO,
        )
        actor = actor_for(account=account)
        with pytest.raises(NotAllowed, match="yourself"):
            commands.grant_by_delegation(actor=actor, post_id=second.pk, role="unit_principal", at=AT)
        with pytest.raises(NotAllowed):
            commands.new_slip(actor=actor, post_id=second.pk, at=AT)

    def test_the_whole_form_of_grants_stays_closed(self, tree, township, villages):
        user = make_person_with_account(unit=villages[0], role="member").user
        for role, reach in (
            ("office_head", Reach.SUBTREE),
            ("unit_liaison", Reach.UNIT),
            ("security_admin", Reach.UNIT),
        ):
            with pytest.raises(Refused):
                commands.grant_role(
                    actor=township, user_id=user.pk, role=role, reach=reach, unit_id=villages[0].pk, at=AT
                )

    def test_a_code_takes_over_nobody_who_acts_above(self, tree, township, villages):
        """Somebody of the county who also holds a post in a village, or a role that is not of a village."""
        leader = make_person_with_account(unit=tree.counties[0], role="office_head")
        below = Post.objects.create(unit=villages[0], person=leader.person, kind=PostKind.SECRETARY, starts_on=LONG_AGO)
        granted = make_person_with_account(unit=villages[1], role="office_clerk", post_kind=PostKind.LIAISON)
        User.objects.filter(pk__in=[leader.user.pk, granted.user.pk]).update(password="!")
        for post_id in (below.pk, granted.post.pk):
            with pytest.raises(NotAllowed, match="outside"):
                commands.new_slip(actor=township, post_id=post_id, at=AT)
        assert commands.print_slips(actor=township, unit_id=tree.townships[0].pk, at=AT).made == []

    def test_nobody_elsewhere_is_handed_a_code(self, tree, township):
        elsewhere = make_person_with_account(
            unit=next(unit for unit in tree.villages if unit.parent_id != tree.townships[0].pk),
            role="branch_secretary",
            reach=Reach.UNIT,
        )
        with pytest.raises(NotFound):
            commands.new_slip(actor=township, post_id=elsewhere.post.pk, at=AT)

    def test_pages_of_all_accounts_stay_closed(self, township):
        client = Client()
        client.force_login(User.objects.get(pk=township.user_id or 0))
        assert client.get("/accounts/").status_code == 403
        assert client.get("/access/new/").status_code == 403


class TestInventedPeople:
    """A county clerk enters people, opens accounts and checks answers: whom they invent they cannot act as."""

    @pytest.fixture
    def entered(self, tree, county):
        unit = tree.townships[0]
        posts = [
            people_of_units.appoint_by_name(
                actor=county,
                unit_id=unit.pk,
                name=name,
                kind=kind,
                starts_on=SOME_DAY,
                at=AT,
                field_in_charge="党建" if kind == "deputy" else "",
            )
            for name, kind in (("假名甲", "liaison"), ("假名乙", "principal"), ("假名丙", "deputy"))
        ]
        opened(county, unit)
        return posts

    def test_whoever_entered_them_alone_prints_no_slip(self, tree, county, entered):
        printed = commands.print_slips(actor=county, unit_id=tree.townships[0].pk, at=AT)
        assert (list(printed.made), printed.left_out) == ([], 3)
        for post in entered:
            with pytest.raises(NotAllowed, match="entered this person"):
                commands.new_slip(actor=county, post_id=post.pk, at=AT)
        assert not ActivationCode.objects.exists()

    def test_a_second_person_does(self, tree, county, entered):
        colleague = actor_with(unit=tree.counties[0], role="county_office")
        printed = commands.print_slips(actor=colleague, unit_id=tree.townships[0].pk, at=AT)
        assert (len(printed.made), printed.left_out) == (3, 0)
        assert commands.new_slip(actor=colleague, post_id=entered[0].pk, at=AT).code

    def test_whom_somebody_else_entered_too_is_served(self, tree, county, entered):
        known = somebody(tree.townships[0], kind=PostKind.CLERK, name="曹有根")
        people_of_units.appoint(
            actor=county,
            unit_id=tree.townships[0].pk,
            person_id=known.person_id,
            kind="liaison",
            starts_on=SOME_DAY,
            at=AT,
        )
        opened(county, tree.townships[0])
        printed = commands.print_slips(actor=county, unit_id=tree.townships[0].pk, at=AT)
        assert ([slip.name for slip in printed.made], printed.left_out) == (["曹有根"], 3)

    def test_a_name_put_in_the_place_of_another_is_entered_anew(self, tree, county):
        colleague = actor_with(unit=tree.counties[0], role="county_office")
        post, corrected = (
            people_of_units.appoint_by_name(
                actor=actor, unit_id=tree.townships[0].pk, name=name, kind="principal", starts_on=SOME_DAY, at=AT
            )
            for actor, name in ((colleague, "真名"), (county, "假名"))
        )
        assert post.pk == corrected.pk
        opened(county, tree.townships[0])
        with pytest.raises(NotAllowed, match="entered this person"):
            commands.new_slip(actor=county, post_id=post.pk, at=AT)

    def test_nobody_appoints_themselves(self, tree, county):
        with pytest.raises(NotAllowed, match="appoint yourself"):
            people_of_units.appoint(
                actor=county,
                unit_id=tree.townships[0].pk,
                person_id=county.person_id or 0,
                kind="principal",
                starts_on=SOME_DAY,
                at=AT,
            )

    def test_the_page_says_who_is_left_out_also_instead_of_an_empty_file(self, tree, county, entered):
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(User.objects.get(pk=county.user_id or 0))
        for kind in ("print", "word"):
            page = client.post(f"/access/below/{tree.townships[0].pk}/slips/{kind}/").content.decode()
            assert "3 people are left out whom you entered" in page


class TestSlips:
    @pytest.fixture
    def slips(self, tree, township, villages):
        for number, unit in enumerate(villages[:3]):
            somebody(unit, name=f"书记{number}")
        opened(township, tree.townships[0])
        return commands.print_slips(actor=township, unit_id=tree.townships[0].pk, at=AT).made

    def activate(self, slip, code=None, at=AT, **given):
        return accounts.activate(
            actor=Actor(user_id=None, name=""),
            sign_in_name=slip.sign_in_name,
            code=code or slip.code,
            password="春天里种下了二十棵树",
            telephone=given.get("telephone", ""),
            place=Place(address="10.0.0.9"),
            at=at,
        )

    def test_a_code_activates_once(self, slips):
        assert self.activate(slips[0], code=slips[0].code.lower().replace("-", " ")) is not None
        assert self.activate(slips[0]) is None

    def test_codes_are_hashed_and_differ(self, slips):
        kept = set(ActivationCode.objects.values_list("code_hash", flat=True))
        plain = {slip.code.replace("-", "") for slip in slips}
        assert len(kept) == len(plain) == 3
        assert not any(code in str(kept) for code in plain)
        assert not any(code in event.payload for code in plain for event in AuditEvent.objects.all())

    def test_a_new_slip_voids_the_old_one(self, tree, township, slips):
        again = commands.new_slip(
            actor=township, post_id=Post.objects.get(person__name="书记0", unit=slips[0].unit).pk, at=AT
        )
        assert self.activate(slips[0]) is None
        assert self.activate(again) is not None

    def test_printing_again_voids_what_was_printed(self, tree, township, slips):
        again = commands.print_slips(actor=township, unit_id=tree.townships[0].pk, at=AT).made
        assert self.activate(slips[1]) is None
        assert self.activate(again[1]) is not None
        assert len(commands.print_slips(actor=township, unit_id=tree.townships[0].pk, at=AT).made) == 2

    def test_a_password_set_meanwhile_voids_the_slip(self, tree, slips):
        keeper = actor_with(unit=tree.city, role="security_admin")
        user = User.objects.get(sign_in_name=slips[0].sign_in_name)
        accounts.set_password(actor=keeper, user_id=user.pk, password="秋天里收了二十筐苹果", at=AT)
        assert self.activate(slips[0]) is None
        assert not ActivationCode.objects.filter(user=user, voided_at__isnull=True).exists()

    def test_an_account_with_a_password_is_not_activated(self, slips):
        user = User.objects.get(sign_in_name=slips[0].sign_in_name)
        user.set_password("秋天里收了二十筐苹果")
        user.save()
        assert self.activate(slips[0]) is None

    def test_a_further_role_voids_the_slip(self, tree, slips):
        keeper = actor_with(unit=tree.city, role="security_admin")
        user = User.objects.get(sign_in_name=slips[0].sign_in_name)
        commands.grant_role(
            actor=keeper, user_id=user.pk, role="office_head", reach=Reach.SUBTREE, unit_id=tree.city.pk, at=AT
        )
        assert self.activate(slips[0]) is None
        assert self.activate(slips[1]) is not None

    def test_opening_writes_no_name_into_the_record(self, slips):
        rows = AuditEvent.objects.filter(verb="account.open")
        assert rows.count() == 3
        assert not any("书记" in row.payload for row in rows)
        assert all(row.after_hash for row in rows)

    def test_an_old_slip_is_of_no_use(self, slips):
        assert self.activate(slips[0], at=AT + timedelta(days=accounts.CODE_DAYS)) is None

    def test_a_code_belongs_to_one_account(self, slips):
        assert self.activate(slips[0], code=slips[1].code) is None

    def test_the_printed_list_is_recorded(self, tree, slips):
        event = AuditEvent.objects.get(verb="account.slips")
        assert (event.unit_id, len(json.loads(event.payload)["users"])) == (tree.townships[0].pk, 3)

    def test_the_same_telephone_number_signs_in_one_account(self, slips):
        self.activate(slips[0], telephone="138 0013-8000")
        with pytest.raises(InvalidInput, match="cannot be used"):
            self.activate(slips[1], telephone="+86 13800138000")
        found = accounts.sign_in(
            actor=Actor(user_id=None, name=""),
            sign_in_name="138-0013-8000",
            password="春天里种下了二十棵树",
            place=Place(address="10.0.0.9"),
            at=AT,
        )
        assert found is not None
        assert found.sign_in_name == slips[0].sign_in_name


class TestPages:
    @pytest.fixture
    def client(self, township):
        client = Client()
        client.cookies["language"] = "en"
        client.force_login(User.objects.get(pk=township.user_id or 0))
        return client

    def test_from_the_list_to_the_slips_and_to_the_first_sign_in(self, tree, client, villages):
        posts = [somebody(unit, name=f"书记{number}") for number, unit in enumerate(villages[:2])]
        unit = tree.townships[0]
        assert unit.shown_name in client.get("/access/below/").content.decode()
        assert client.post(f"/access/below/{unit.pk}/open/").status_code == 302
        assert "Not yet activated" in client.get(f"/access/below/{unit.pk}/").content.decode()
        word = client.post(f"/access/below/{unit.pk}/slips/word/")
        document = Document(BytesIO(word.content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert all(any(post.person.name in cell for cell in cells) for post in posts)
        given = {"request_id": "5d0c2f70-5c9e-4f0f-a5b4-35d2f2e3d1aa"}
        shown = client.post(f"/access/below/{unit.pk}/slips/print/", given).content.decode()
        codes = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", shown)
        assert len(codes) == 2
        assert not any(code in row.body for row in PostedRequest.objects.all() for code in codes)
        stranger = Client()
        stranger.cookies["language"] = "en"
        sent = {
            "sign_in_name": "书记0",
            "code": codes[0],
            "password": "春天里种下了二十棵树",
            "again": "春天里种下了二十棵树",
        }
        wrong = stranger.post("/activate/", {**sent, "code": "AAAAA-BBBBB"})
        nobody = stranger.post("/activate/", {**sent, "sign_in_name": "没有这个人"})
        sentence = "or the code is used, replaced or too old"
        assert (wrong.status_code, nobody.status_code) == (422, 422)
        assert sentence in wrong.content.decode()
        assert sentence in nobody.content.decode()
        assert stranger.post("/activate/", sent).status_code == 302
        answer = stranger.post("/sign-in/", {"sign_in_name": "书记0", "password": "春天里种下了二十棵树"})
        assert answer.status_code == 302
        assert stranger.get("/").status_code == 200

    def test_a_new_slip_from_the_list_of_people(self, tree, client, villages):
        post = somebody(villages[0])
        client.post(f"/access/below/{tree.townships[0].pk}/open/")
        shown = client.post(f"/access/below/posts/{post.pk}/slip/").content.decode()
        assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", shown)
        answer = client.post(f"/access/below/posts/{post.pk}/grant/", {"role": "unit_principal"})
        assert answer.status_code == 302
        assert client.post(f"/access/below/posts/{post.pk}/grant/", {"role": "office_head"}).status_code == 403


def test_two_openings_at_once_give_nobody_two_accounts(own_database):
    tree = build_tree()
    villages = [unit for unit in tree.villages if unit.parent_id == tree.townships[0].pk]
    for unit in villages:
        somebody(unit, name="王芳")
    actors = [actor_with(unit=tree.townships[0], role="delegated_admin") for _number in range(2)]
    before = User.objects.count()
    together = Barrier(2)

    def open_all(actor):
        try:
            together.wait(timeout=10)
            return commands.open_accounts_below(actor=actor, unit_id=tree.townships[0].pk, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        results = list(two.map(open_all, actors))
    assert sorted(results) == [0, 14]
    assert User.objects.count() == before + 14

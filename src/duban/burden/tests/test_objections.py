"""This need not be asked: the unit says so, whoever asked answers, nothing speaks against the unit."""

import pytest

from duban.access.states import Reach
from duban.burden import commands, queries
from duban.burden.models import DemandUnit, Objection
from duban.burden.tests.conftest import AT
from duban.config.factories import SOME_DAY, actor_with
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound


@pytest.fixture
def row(cast):
    demand = cast.book(cast.tree.villages[:2])
    return DemandUnit.objects.get(demand=demand, unit=cast.village)


def object_to(cast, row, actor=None, **given):
    return commands.object_to(
        **{"actor": actor or cast.liaison, "row_id": row.pk, "reason": "formalism", "at": AT, **given}
    )


def answer(cast, objection, name, actor=None, words=""):
    return commands.answer_objection(
        actor=actor or cast.clerk, objection_id=objection.pk, step_name=name, answer=words, at=AT
    )


class TestObject:
    def test_goes_to_the_list_of_whoever_asked(self, cast, row):
        objection = object_to(cast, row)
        assert list(queries.objection_list(actor=cast.clerk).rows) == [objection]
        assert queries.open_objections(actor=cast.clerk).number == 1

    def test_to_nobody_elses_list(self, cast, row):
        object_to(cast, row)
        assert queries.open_objections(actor=cast.department).number == 0
        assert queries.open_objections(actor=actor_with(unit=cast.tree.counties[1], role="county_office")).number == 0

    def test_of_a_part_that_its_township_passed_down_goes_to_the_township(self, cast):
        below = next(unit for unit in cast.tree.townships if cast.village.path.startswith(unit.path))
        demand = cast.book([cast.village], asker=below)
        recorder = actor_with(unit=below, role="township_recorder")
        principal = actor_with(unit=below, role="unit_principal", reach=Reach.UNIT)
        objection = object_to(cast, DemandUnit.objects.get(demand=demand))
        for actor in (recorder, principal):
            assert list(queries.objection_list(actor=actor).rows) == [objection]
            assert queries.open_objections(actor=actor).number == 1
        for actor in (cast.clerk, actor_with(unit=cast.tree.counties[0], role="county_office")):
            assert queries.open_objections(actor=actor).number == 0
            assert queries.objection_list(actor=actor).rows == []
            # Nothing is lost where the township has nobody who looks.
            assert list(queries.objection_list(actor=actor, is_below=True).rows) == [objection]
        # A department that reaches the villages of its line one by one has no part in it.
        with pytest.raises(NotFound):
            answer(cast, objection, "withdraw", actor=cast.department)
        with pytest.raises(NotAllowed):
            queries.objection_list(actor=cast.liaison)
        assert answer(cast, objection, "keep", actor=recorder, words="县里要汇总").answered_by == recorder.user_id
        (line,) = queries.asked_of(actor=cast.liaison, unit_id=cast.village.pk, week=SOME_DAY).lines
        assert line.objection is not None
        assert line.objection.answer == "县里要汇总"

    def test_changes_no_number_of_the_unit(self, cast, row):
        before = queries.asked_of(actor=cast.head, unit_id=cast.village.pk, week=SOME_DAY).counts
        object_to(cast, row)
        assert queries.asked_of(actor=cast.head, unit_id=cast.village.pk, week=SOME_DAY).counts == before

    def test_already_reported_names_the_place(self, cast, row):
        with pytest.raises(InvalidInput, match="where it was reported"):
            object_to(cast, row, reason="already_reported")
        assert object_to(cast, row, reason="already_reported", words="上月报过").words == "上月报过"

    def test_is_said_once(self, cast, row):
        object_to(cast, row)
        with pytest.raises(IllegalStep, match="already"):
            object_to(cast, row)

    def test_for_another_unit_is_not_found(self, cast, row):
        other = DemandUnit.objects.exclude(pk=row.pk).get()
        with pytest.raises(NotFound):
            object_to(cast, other)

    def test_an_office_does_not_speak_for_the_unit(self, cast, row):
        with pytest.raises(NotAllowed):
            object_to(cast, row, actor=cast.clerk)


class TestAnswer:
    @pytest.mark.parametrize(
        ("name", "status", "words"),
        [("withdraw", "withdrawn", ""), ("merge", "merged", "并入月报"), ("keep", "kept", "要用")],
    )
    def test_stands_beside_the_item_of_the_unit(self, cast, row, name, status, words):
        answer(cast, object_to(cast, row), name, words=words)
        (line,) = queries.asked_of(actor=cast.liaison, unit_id=cast.village.pk, week=SOME_DAY).lines
        assert line.objection is not None
        assert (line.objection.status, line.objection.answer) == (status, words)

    def test_keeping_it_needs_the_reason(self, cast, row):
        with pytest.raises(InvalidInput, match="why it is still needed"):
            answer(cast, object_to(cast, row), "keep")

    def test_happens_once(self, cast, row):
        objection = object_to(cast, row)
        answer(cast, objection, "withdraw")
        with pytest.raises(IllegalStep):
            answer(cast, objection, "keep", words="要用")

    def test_nobody_else_answers(self, cast, row):
        objection = object_to(cast, row)
        with pytest.raises(NotFound):
            answer(cast, objection, "withdraw", actor=cast.department)

    def test_a_department_answers_for_what_it_asked_itself(self, cast):
        demand = cast.book([cast.village], asker=cast.tree.departments[1])
        objection = object_to(cast, DemandUnit.objects.get(demand=demand))
        assert answer(cast, objection, "withdraw", actor=cast.department).status == "withdrawn"


class TestPages:
    def test_the_button_leads_to_the_form_and_the_answer_comes_back(self, cast, row):
        unit, office = cast.client(cast.liaison), cast.client(cast.clerk)
        page = unit.get(f"/burden/units/{cast.village.pk}/?week={SOME_DAY}").content.decode()
        assert f"/burden/rows/{row.pk}/need-not/" in page
        form = unit.get(f"/burden/rows/{row.pk}/need-not/").content.decode()
        assert "no disadvantage" in form
        assert unit.post(f"/burden/rows/{row.pk}/need-not/", {"reason": "already_reported"}).status_code == 422
        given = {"reason": "already_reported", "words": "上月报过"}
        assert unit.post(f"/burden/rows/{row.pk}/need-not/", given).status_code == 302
        objection = Objection.objects.get()
        assert "上月报过" in office.get("/burden/need-not/").content.decode()
        response = office.post(f"/burden/need-not/{objection.pk}/keep/", {"answer": ""})
        assert response.status_code == 422
        assert "why it is still needed" in response.content.decode()
        assert office.post(f"/burden/need-not/{objection.pk}/keep/", {"answer": "统计口径不同"}).status_code == 302
        assert "统计口径不同" in unit.get(f"/burden/units/{cast.village.pk}/?week={SOME_DAY}").content.decode()
        assert "统计口径不同" in office.get("/burden/need-not/?answered=1").content.decode()

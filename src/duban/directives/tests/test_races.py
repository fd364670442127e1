"""Two people at the same text at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from duban.config.testing import Database
from duban.directives import commands
from duban.directives.models import Document
from duban.directives.tests.material import AT, SPEECH, make_office, requirement_with
from duban.kernel.errors import IllegalStep, InvalidInput, Refused, Stale


def at_once(*actions: Callable[[], object]) -> list[Refused | None]:
    """Run the actions at the same moment, each on a connection of its own; return what was refused."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> Refused | None:
        try:
            start.wait()
            action()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_two_people_who_take_in_the_same_text_make_one(own_database: Database) -> None:
    office = make_office()
    clerk = office.clerk

    def take_in() -> object:
        return commands.take_in_document(
            actor=clerk, campaign_id=office.campaign.pk, unit_id=office.tree.city.pk, text=SPEECH, at=AT
        )

    refused = [refusal for refusal in at_once(take_in, take_in) if refusal is not None]

    assert len(refused) == 1
    assert isinstance(refused[0], InvalidInput)
    assert refused[0].context["document_id"] == Document.objects.get().pk


def test_two_people_who_decide_about_the_same_sentence_decide_once(own_database: Database) -> None:
    office = make_office()
    clerk = office.clerk
    requirement = requirement_with(office.take_in(), "老旧管网")

    def take() -> object:
        return commands.take_requirement(actor=clerk, requirement_id=requirement.pk, at=AT)

    refused = [refusal for refusal in at_once(take, take) if refusal is not None]

    assert [type(refusal) for refusal in refused] == [IllegalStep]


def test_two_people_who_correct_the_same_facts_do_not_overwrite_each_other(own_database: Database) -> None:
    office = make_office()
    clerk = office.clerk
    document = office.take_in()

    def correct(title: str) -> Callable[[], object]:
        return lambda: commands.set_document_facts(
            actor=clerk, document_id=document.pk, version=1, title=title, dated_on=document.dated_on, at=AT
        )

    refused = [refusal for refusal in at_once(correct("甲"), correct("乙")) if refusal is not None]

    assert [type(refusal) for refusal in refused] == [Stale]
    document.refresh_from_db()
    assert document.version == 2

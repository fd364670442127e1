"""Work on the register in the background."""

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.organisation import commands
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK


@app.task(name="organisation.check_import", queue="imports", retry=WHEN_THE_DATABASE_IS_BACK)
def check_import(*, import_id: int, language: str) -> None:
    """Check a workbook of units, telling how far it is."""
    with translation.override(language):
        commands.check_import(
            actor=Actor.system(f"check of unit import {import_id}"), import_id=import_id, at=timezone.now()
        )


@app.task(name="organisation.take_over_import", queue="imports", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over_import(*, import_id: int, user_id: int, language: str) -> None:
    """Write a long workbook of units as a whole."""
    with translation.override(language):
        actor = Actor.system(f"unit import {import_id}, confirmed by account {user_id}")
        commands.finish_take_over(actor=actor, import_id=import_id, at=timezone.now())


@app.task(name="organisation.check_members", queue="imports", retry=WHEN_THE_DATABASE_IS_BACK)
def check_members(*, import_id: int, language: str) -> None:
    """Read and check a table of members, telling how far it is."""
    with translation.override(language):
        commands.check_members(
            actor=Actor.system(f"check of member import {import_id}"), import_id=import_id, at=timezone.now()
        )


@app.task(name="organisation.take_over_members", queue="imports", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over_members(*, import_id: int, language: str) -> None:
    """Write a table of members as a whole."""
    with translation.override(language):
        commands.take_over_members(
            actor=Actor.system(f"member import {import_id}"), import_id=import_id, at=timezone.now()
        )


@app.task(name="organisation.take_over_held", queue="fan_out", retry=WHEN_THE_DATABASE_IS_BACK)
def take_over_held() -> None:
    """Give what follows units that ended to their successors, 5,000 rows at a time."""
    actor = Actor.system("organisation.take_over_held")
    while commands.take_over_held(actor=actor, at=timezone.now()):
        pass

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

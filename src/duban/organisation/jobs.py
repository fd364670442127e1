"""Work on the register in the background."""

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from duban.kernel.authority import Actor
from duban.organisation import commands


@app.task(name="organisation.check_import", queue="imports")
def check_import(*, import_id: int, language: str) -> None:
    """Check a workbook of units, telling how far it is."""
    with translation.override(language):
        commands.check_import(
            actor=Actor.system(f"check of unit import {import_id}"), import_id=import_id, at=timezone.now()
        )

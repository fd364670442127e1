"""Verifying the record in the background."""

from django.utils import timezone
from procrastinate.contrib.django import app

from duban.audit import commands
from duban.kernel.authority import Actor
from duban.shell.retrying import WHEN_THE_DATABASE_IS_BACK


# At 1:23 in the morning; the queue's clock is UTC.
@app.periodic(cron="23 17 * * *")
@app.task(
    name="audit.verify_nightly", queue="figures", queueing_lock="audit.verify_nightly", retry=WHEN_THE_DATABASE_IS_BACK
)
def verify_nightly(timestamp: int) -> None:
    """Verify the whole record, 5,000 rows at a time, and seal what is new."""
    actor, at = Actor.system("audit.verify_nightly"), timezone.now()
    commands.verify_until_done(
        actor=actor, verification_id=commands.ask_verification(actor=actor, at=at).pk, at=timezone.now()
    )


@app.task(name="audit.verify", queue="figures", retry=WHEN_THE_DATABASE_IS_BACK)
def verify(*, verification_id: int) -> None:
    """Verify the whole record because somebody wants to know now."""
    commands.verify_until_done(
        actor=Actor.system(f"verification {verification_id}"), verification_id=verification_id, at=timezone.now()
    )

"""Answers already given, so that a form posted twice acts once."""

from django.db import models


class PostedRequest(models.Model):
    """One posting form or REST call that was carried out, kept for 24 hours with its answer."""

    # Of the person who posted; no key, because people stand above this module.
    user_id = models.BigIntegerField()
    request_id = models.UUIDField()
    posted_at = models.DateTimeField()
    # The answer, filled in by the same transaction.
    status = models.SmallIntegerField(default=0)
    location = models.TextField(default="", blank=True)
    body = models.TextField(default="", blank=True)
    content_type = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            # The second of two equal posts waits here for the first and then repeats its answer.
            models.UniqueConstraint(fields=["user_id", "request_id"], name="posted_request_acts_once"),
        ]
        indexes = [
            # The nightly clearing.
            models.Index(fields=["posted_at"], name="posted_request_age"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} of {self.user_id}"


class FormDraft(models.Model):
    """What somebody has written into a form and not sent yet (暂存): theirs alone, and of the post they wrote it in."""

    # No keys, because people and posts stand above this module; 0 is somebody without a post.
    user_id = models.BigIntegerField()
    post_id = models.BigIntegerField(default=0)
    # Which form of which thing, as the page names it.
    form = models.CharField(max_length=200)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "post_id", "form"], name="form_draft_one_per_post_and_form"),
        ]
        indexes = [
            # The nightly clearing.
            models.Index(fields=["saved_at"], name="form_draft_age"),
        ]

    def __str__(self) -> str:
        return f"{self.form} of {self.user_id} in {self.post_id}"

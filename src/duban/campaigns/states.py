"""What a campaign is and where it stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from duban.kernel.flow import Flow, Step


class CampaignKind(TextChoices):
    """A campaign with an end, or the standing container of an office's errands."""

    EDUCATION = "education", _("Education campaign")
    OFFICE = "office", _("Standing work of an office")


class CampaignStatus(TextChoices):
    PREPARING = "preparing", _("Being prepared")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")


CAMPAIGN_FLOW = Flow(
    Step("start", CampaignStatus.PREPARING, CampaignStatus.RUNNING),
    Step("end", CampaignStatus.RUNNING, CampaignStatus.ENDED, reason_required=True),
)

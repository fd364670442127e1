"""What belongs to messages: whom the machine reminds, kinds of group robot, states of what is sent to them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Who answers for a unit as its liaison or recorder: the only roles that the machine reminds.
REMINDED_ROLES = ("unit_liaison", "township_recorder")
# An item is told so many working days before it is due.
DAYS_BEFORE = (1, 3, 5)


class RobotKind(TextChoices):
    """Whose group chat a robot speaks in."""

    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    LARK = "lark", _("Feishu")


class MessageKind(TextChoices):
    """Why something is sent to a group."""

    COUNTS = "counts", _("Numbers of the day")
    TRIAL = "trial", _("Trial")


class MessageStatus(TextChoices):
    """State of one message to a group."""

    WAITING = "waiting", pgettext_lazy("message", "Waiting to be sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    GIVEN_UP = "given_up", pgettext_lazy("message", "Not sent")


class Trouble(TextChoices):
    """Why a message did not arrive."""

    UNREACHABLE = "unreachable", _("The chat could not be reached.")
    REJECTED = "rejected", _("The chat refused the message.")
    TOO_FAST = "too_fast", _("The chat takes no more messages at present.")
    UNREADABLE = "unreadable", _("The address cannot be read with this installation's key. Enter the robot again.")
    LATE = "late", _("Its day had passed.")


# After so many failures in a row a robot is switched off: a refusal will not mend itself, a network may.
MOST_FAILURES = {Trouble.REJECTED: 3, Trouble.UNREACHABLE: 12, Trouble.UNREADABLE: 1}

"""Which first screen a role opens with; an office's and a unit's follow from what they do."""

from enum import StrEnum


class PortalCapability(StrEnum):
    # Three buttons and five lines, no menu.
    BRANCH = "screen.branch"
    # One page of the own unit and what waits for one's own word, no menu.
    PRINCIPAL = "screen.principal"
    # What the own branch was asked, to read.
    MEMBER = "screen.member"
    # Villages × open items.
    TOWNSHIP = "screen.township"

"""Reading what goes on paper, each for what the actor may see."""

from duban.reporting.queries.notices import (
    NoticeWords,
    draft_notice,
    get_notice,
    issued_notices,
    notice_proposal,
    replaced_faces,
)
from duban.reporting.queries.promotion import Standing, promotion, promotion_listing
from duban.reporting.queries.sheet import Sheet, sheet_content, unit_sheet

__all__ = [
    "NoticeWords",
    "Sheet",
    "Standing",
    "draft_notice",
    "get_notice",
    "issued_notices",
    "notice_proposal",
    "promotion",
    "promotion_listing",
    "replaced_faces",
    "sheet_content",
    "unit_sheet",
]

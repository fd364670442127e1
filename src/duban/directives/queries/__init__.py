"""Reading papers, their outline and their requirements, as this actor may see them."""

from duban.directives.queries.drafting import DraftTable, draft_table
from duban.directives.queries.papers import (
    DocumentLine,
    cite,
    document_lines,
    get_document,
    get_node,
    get_requirement,
    original_file,
    places_to_take_in,
    visible_documents,
    visible_requirements,
)
from duban.directives.queries.speech import Coverage, Piece, Point, SpeechPage, speech_page

__all__ = [
    "Coverage",
    "DocumentLine",
    "DraftTable",
    "Piece",
    "Point",
    "SpeechPage",
    "cite",
    "document_lines",
    "draft_table",
    "get_document",
    "get_node",
    "get_requirement",
    "original_file",
    "places_to_take_in",
    "speech_page",
    "visible_documents",
    "visible_requirements",
]

"""Reads a speech, plan or notice into its outline, every word with its place in the raw text.

Pure: standard library and `duban.kernel.errors` only; no settings, no database.
"""

from duban.directives.outline.model import Node, Outline, Sentence
from duban.directives.outline.reading import read_outline

__all__ = ["Node", "Outline", "Sentence", "read_outline"]

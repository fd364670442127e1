"""Why numbers of papers never change hands."""

from duban.organisation.holdings import History

PAPERS_HISTORY = (History("papers_series", "unit_id", "a word and its numbers end with the unit that gave them"),)

"""Pages of papers, meetings and what is passed on, split by what they show."""

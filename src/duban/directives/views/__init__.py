"""Pages of papers, meetings and what is relayed, split by what they show."""

"""Pages of tasks, split by who opens them: the office that assigns, the office with its table, everybody about one task."""

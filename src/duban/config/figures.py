"""The table of all figures; each subject contributes its own."""

from duban.tasks.figures import TASK_FIGURES

FIGURES = (TASK_FIGURES,)

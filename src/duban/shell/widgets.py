"""Widgets that every form may use."""

from django import forms


class DayInput(forms.DateInput):
    """The browser's own calendar; it reads a day only in ISO form, whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

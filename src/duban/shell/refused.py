"""A refusal beside the form that caused it, so that nothing written is lost."""

from django.forms import BaseForm

from duban.kernel.errors import InvalidInput, Refused


def beside(form: BaseForm, refusal: Refused) -> None:
    """Put the sentences of a refusal beside the fields they name, and the others at the head of the form."""
    fields = refusal.fields if isinstance(refusal, InvalidInput) else {}
    known = {name: sentence for name, sentence in fields.items() if name in form.fields}
    for name, sentence in known.items():
        form.add_error(name, str(sentence))
    if not known:
        form.add_error(None, str(refusal))

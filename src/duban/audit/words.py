"""What people call what was done, and to what; a word that is missing here is shown as it is recorded."""

from django.utils.translation import pgettext_lazy

VERB_WORDS: dict[str, object] = {
    "record.read": pgettext_lazy("record", "record read"),
    "account.read": pgettext_lazy("record", "accounts looked at"),
    "grant.read": pgettext_lazy("record", "grants looked at"),
    "account.open": pgettext_lazy("record", "account opened"),
    "account.password": pgettext_lazy("record", "password changed"),
    "account.end": pgettext_lazy("record", "account ended"),
    "account.sign_in": pgettext_lazy("record", "signed in"),
    "account.sign_out": pgettext_lazy("record", "signed out"),
    "grant.give": pgettext_lazy("record", "role granted"),
    "grant.end": pgettext_lazy("record", "grant ended"),
    "campaign.create": pgettext_lazy("record", "campaign entered"),
    "campaign.start": pgettext_lazy("record", "campaign started"),
    "campaign.end": pgettext_lazy("record", "campaign ended"),
    "unit.add": pgettext_lazy("record", "unit entered"),
    "unit.rename": pgettext_lazy("record", "unit renamed"),
    "unit.move": pgettext_lazy("record", "unit moved"),
    "unit.reorder": pgettext_lazy("record", "order of units changed"),
    "unit.set_class": pgettext_lazy("record", "class of the unit changed"),
    "unit.change": pgettext_lazy("record", "unit changed"),
    "unit.describe": pgettext_lazy("record", "particulars of the unit changed"),
    "line.add": pgettext_lazy("record", "line entered"),
    "line.set_lead": pgettext_lazy("record", "lead department set"),
    "person.add": pgettext_lazy("record", "person entered"),
    "person.account": pgettext_lazy("record", "account given to a person"),
    "post.appoint": pgettext_lazy("record", "appointed to a post"),
    "post.correct": pgettext_lazy("record", "post corrected"),
    "post.end": pgettext_lazy("record", "post ended"),
    "unit_import.receive": pgettext_lazy("record", "unit workbook received"),
    "unit_import.take_over": pgettext_lazy("record", "unit workbook taken over"),
    "unit_import.withdraw": pgettext_lazy("record", "unit workbook withdrawn"),
    "document.take_in": pgettext_lazy("record", "paper taken in"),
    "document.correct": pgettext_lazy("record", "paper corrected"),
    "document.confirm": pgettext_lazy("record", "outline confirmed"),
    "document.keep_as_reference": pgettext_lazy("record", "paper kept for reference"),
    "outline.correct": pgettext_lazy("record", "outline corrected"),
    "requirement.add": pgettext_lazy("record", "requirement added"),
    "requirement.correct": pgettext_lazy("record", "requirement corrected"),
    "requirement.take": pgettext_lazy("record", "requirement to become a task"),
    "requirement.set_aside": pgettext_lazy("record", "requirement set aside"),
    "requirement.assign": pgettext_lazy("record", "requirement assigned"),
    "assignment.create": pgettext_lazy("record", "assignment drafted"),
    "assignment.change": pgettext_lazy("record", "draft assignment changed"),
    "assignment.discard": pgettext_lazy("record", "draft assignment discarded"),
    "assignment.issue": pgettext_lazy("record", "assigned"),
    "task.issue": pgettext_lazy("record", "task issued"),
    "task.sign": pgettext_lazy("record", "signed for"),
    "task.decline": pgettext_lazy("record", "returned as not theirs"),
    "task.insist": pgettext_lazy("record", "assigned again"),
    "task.withdraw": pgettext_lazy("record", "task withdrawn"),
    "task.feedback": pgettext_lazy("record", "progress reported"),
    "task.evidence": pgettext_lazy("record", "evidence attached"),
    "task.ask_done": pgettext_lazy("record", "completion asked for"),
    "task.accept": pgettext_lazy("record", "completion accepted"),
    "task.return": pgettext_lazy("record", "returned for more"),
    "task.ask_extension": pgettext_lazy("record", "extension asked for"),
    "breakdown.receive": pgettext_lazy("record", "breakdown table received"),
    "breakdown.take_over": pgettext_lazy("record", "breakdown table taken over"),
    "file.store": pgettext_lazy("record", "file stored"),
    "figures.recount": pgettext_lazy("record", "figures recounted"),
    "figures.close_days": pgettext_lazy("record", "day of figures closed"),
}

KIND_WORDS: dict[str, object] = {
    "account": pgettext_lazy("kind of thing", "account"),
    "grant": pgettext_lazy("kind of thing", "grant"),
    "campaign": pgettext_lazy("kind of thing", "campaign"),
    "unit": pgettext_lazy("kind of thing", "unit"),
    "line": pgettext_lazy("kind of thing", "line"),
    "person": pgettext_lazy("kind of thing", "person"),
    "post": pgettext_lazy("kind of thing", "post"),
    "unit_import": pgettext_lazy("kind of thing", "unit workbook"),
    "document": pgettext_lazy("kind of thing", "paper"),
    "outline_node": pgettext_lazy("kind of thing", "point of an outline"),
    "requirement": pgettext_lazy("kind of thing", "requirement"),
    "assignment": pgettext_lazy("kind of thing", "assignment"),
    "task": pgettext_lazy("kind of thing", "task"),
    "breakdown": pgettext_lazy("kind of thing", "breakdown table"),
    "stored_file": pgettext_lazy("kind of thing", "file"),
    "figures": pgettext_lazy("kind of thing", "figures"),
}


def verb_word(verb: str) -> object:
    """Return what people call a verb."""
    return VERB_WORDS.get(verb, verb)


def kind_word(kind: str) -> object:
    """Return what people call a kind of thing."""
    return KIND_WORDS.get(kind, kind)

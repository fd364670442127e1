"""The catalogues: extracted, checked and compiled without the gettext programs."""

import gettext
from pathlib import Path

import pytest

from duban.config import messages

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Hello %(name)s.")
MANY = ngettext("one task", "%(count)s tasks", 2)
VERB = pgettext("button", "Open")
"""
TEMPLATE = """
{% load i18n %}
<p class="a" title="{% translate 'Overdue “now”' %}">{{ _("Inline") }} it's</p>
    {% blocktranslate trimmed with who=person %}
      {{ who }} didn't
      answer.
    {% endblocktranslate %}
  {# it's #}{{ value|default:_("none") }}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, code in [("plans", CODE), ("reviews", "")]:
        folder = tmp_path / name
        (folder / "templates" / name).mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "views.py").write_text(code)
    (tmp_path / "plans" / "templates" / "plans" / "list.html").write_text(TEMPLATE)
    (tmp_path / "plans" / "tests").mkdir()
    (tmp_path / "plans" / "tests" / "test_views.py").write_text('_("Not for people")')
    return tmp_path


def translate(source: Path, package: str, old: str, new: str) -> None:
    file = source / package / messages.CATALOGUE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_every_sentence_of_code_and_templates_is_found_once(source: Path) -> None:
    found = messages.used_in(package=source / "plans")
    assert set(found) == {
        (None, "Hello %(name)s."),
        (None, "one task"),
        ("button", "Open"),
        (None, "Overdue “now”"),
        (None, "Inline"),
        (None, "%(who)s didn't answer."),
        (None, "none"),
    }


def test_extracting_again_changes_nothing_and_keeps_translations(source: Path) -> None:
    assert messages.extract(source=source) == [source / "plans" / messages.CATALOGUE]
    translate(source, "plans", 'msgid "Inline"\nmsgstr ""', 'msgid "Inline"\nmsgstr "行内"')
    assert messages.extract(source=source) == []
    (source / "plans" / "views.py").write_text("")
    messages.extract(source=source)
    text = (source / "plans" / messages.CATALOGUE).read_text()
    assert "行内" in text
    assert "Hello" not in text


def test_the_check_names_what_is_missing_empty_fuzzy_unused_or_damaged(source: Path) -> None:
    assert len(messages.check(source=source)) == 7
    messages.extract(source=source)
    assert all("has no translation" in fault for fault in messages.check(source=source))
    file = source / "plans" / messages.CATALOGUE
    file.write_text(
        messages.HEAD + '#, fuzzy\nmsgid "Inline"\nmsgstr "行内"\n\nmsgid "Hello %(name)s."\nmsgstr "你好"\n\n'
        'msgid "Unused"\nmsgstr "闲"\n\n#~ msgid "Old"\n#~ msgstr "旧"\n'
    )
    faults = "\n".join(messages.check(source=source))
    assert "'Inline' is marked fuzzy" in faults
    assert "'Hello %(name)s.' has other placeholders than its translation" in faults
    assert "'Unused' is in the catalogue but not in use" in faults
    assert "keeps obsolete sentences" in faults
    assert "views.py:4: 'one task' is missing from the catalogue of plans" in faults


def test_the_check_refuses_two_translations_of_one_sentence(source: Path) -> None:
    (source / "reviews" / "views.py").write_text('_("Inline")')
    messages.extract(source=source)
    for package, word in [("plans", "行内"), ("reviews", "文内")]:
        translate(source, package, 'msgid "Inline"\nmsgstr ""', f'msgid "Inline"\nmsgstr "{word}"')
    assert "'Inline' is '行内' in plans and '文内' in reviews." in messages.check(source=source)


def test_compiled_catalogues_are_read_by_gettext_and_made_only_when_needed(source: Path) -> None:
    messages.extract(source=source)
    translate(source, "plans", 'msgid "Inline"\nmsgstr ""', 'msgid "Inline"\nmsgstr "行内"')
    assert messages.compile_all(source=source) == 1
    assert messages.compile_all(source=source) == 0
    with (source / "plans" / messages.CATALOGUE).with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Inline") == "行内"

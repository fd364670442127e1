"""The speech page: how many clicks a speech costs, and how each side of the page shows the other."""

import pytest

from duban.config.demo.speech import speech, speech_gold
from tests.browser.conftest import NewSurfer, Surfer

MOST_CLICKS = 60
# A closing part, so that the text of the demonstration becomes a new one of five thousand characters.
MORE = """

会后落实的事，再说四条。各县区每月28日前报一次进展。市委督查室年底前至少开展两次回访。
要始终坚持把群众满意不满意放在前面，要继续发扬敢于较真的作风，要不断巩固已经做好的事情，要自觉接受各方面的监督。
各部门年底前要把已经办结的事项再走一遍，看看群众有没有用起来，路通了没有人走不算通，灯装了夜里不亮不算装，电话通了没有人接不算通，名册填了没有人去不算联系。群众说好，这件事才算办成了。
要坚持实事求是，是什么就说什么，做了多少就报多少。要注意保护基层干部的积极性，能合并的会合并开，能共享的表不重复填，让大家把力气用在解决问题上。
要加强宣传引导，多讲群众身边的变化，少讲大而空的道理。要把好的做法及时固定下来，形成制度，长期坚持。
同志们，这件事开了头就要有始有终。希望大家回去以后马上行动，把今天说的话一条一条变成群众看得见的事。
"""


def row_of(surfer: Surfer, text: str) -> str:
    """Return the id of the requirement whose sentence holds the words of an explicit task."""
    words = text.rstrip("。；;")
    found = surfer.page.locator(".requirement", has_text=words)
    return str(found.first.get_attribute("id")) if found.count() else ""


def decide(surfer: Surfer, name: str, step: str, decision: str) -> None:
    """Decide about one sentence with one click."""
    surfer.click(surfer.page.locator(f"#{name} form[action$='/steps/{step}/'] button"))
    surfer.page.locator(f"#{name}[data-decision={decision}]").wait_for()


def correct(surfer: Surfer, name: str, responsible: str) -> None:
    """Correct who is to do it: the form opens in the row and closes there."""
    surfer.click(surfer.page.locator(f"#{name} .buttons a[hx-get]"))
    form = surfer.page.locator(f"#{name} .requirement-form")
    form.locator("[name=responsible]").fill(responsible)
    surfer.click(form.locator("button"))
    form.wait_for(state="detached")
    assert responsible in surfer.page.locator(f"#{name} .said").inner_text()


def test_a_speech_of_five_thousand_characters_is_decomposed_with_sixty_clicks(surfer: NewSurfer) -> None:
    text = speech().rstrip() + MORE
    assert len(text) >= 5000
    office = surfer("hanlicheng")
    office.open("/directives/take-in/")
    office.page.locator("textarea[name=text]").fill(text)
    office.clicks = 0
    office.click(office.page.locator("main form button.btn-primary"))
    office.page.wait_for_url("**/directives/*/")
    if office.count("form[action$='/steps/confirm/']"):
        office.press("/steps/confirm/")
    # What a careful reader takes as tasks is taken, nothing else; who is to do it is corrected where it was not found.
    wanted = {row_of(office, task["text"]): task["responsible"] for task in speech_gold()["explicit_tasks"]}
    wanted.pop("", None)
    assert len(wanted) >= 5, "the tasks of the gold outline stand among the requirements"
    office.press("/take-all/")
    office.form("/set-aside-rest/").wait_for()
    taken = {str(row.get_attribute("id")) for row in office.page.locator(".requirement[data-decision=to_assign]").all()}
    for name in sorted(wanted.keys() - taken):
        decide(office, name, "take", "to_assign")
    for name in sorted(taken - wanted.keys()):
        decide(office, name, "set_aside", "not_decomposed")
    office.press("/set-aside-rest/")
    office.form("/set-aside-rest/").wait_for(state="detached")
    assert not office.count(".requirement[data-decision=proposed]"), "every sentence is decided"
    assert office.count(".requirement[data-decision=to_assign]") == len(wanted)
    for name, responsible in wanted.items():
        if responsible and responsible not in office.page.locator(f"#{name} .said").inner_text():
            correct(office, name, responsible)
    # At least one correction is made, so that its cost is counted.
    correct(office, next(iter(wanted)), "各部门")
    # The draft table for the leader's pen is the last click.
    office.click(office.page.locator(".actions a[href$='/draft-table/']"))
    office.page.wait_for_url("**/draft-table/")
    assert office.count("main table tbody tr") >= len(wanted)
    assert office.clicks <= MOST_CLICKS
    print(f"clicks for {len(text)} characters: {office.clicks}")


@pytest.fixture
def reader(surfer: NewSurfer) -> Surfer:
    found = surfer("linxiaohe")
    found.open("/directives/1/")
    return found


def test_each_side_lights_the_other(reader: Surfer) -> None:
    sentence = reader.page.locator("#original a.sentence").nth(3)
    counterpart = reader.page.locator(f"#{sentence.get_attribute('data-lights')}")
    sentence.scroll_into_view_if_needed()
    sentence.hover()
    assert "is-lit" in str(counterpart.get_attribute("class"))
    # And back, from the row to every piece of its sentence.
    reader.page.mouse.move(0, 0)
    assert "is-lit" not in str(counterpart.get_attribute("class"))
    counterpart.locator(".sentence-text").hover()
    for piece in reader.page.locator(f"#original [data-lights='{counterpart.get_attribute('id')}']").all():
        assert "is-lit" in str(piece.get_attribute("class"))


def test_a_click_on_the_number_brings_the_sentence_into_view(reader: Surfer) -> None:
    last = reader.page.locator(".requirement").last
    number = last.get_attribute("id")
    reader.click(last.locator(".requirement-number"))
    piece = reader.page.locator(f"#original [data-lights='{number}']").first
    reader.page.wait_for_function(
        "element => { const box = document.getElementById('original').getBoundingClientRect();"
        " const own = element.getBoundingClientRect(); return own.top >= box.top && own.top < box.bottom; }",
        arg=piece.element_handle(),
    )


def test_the_way_between_the_sides_works_without_javascript(surfer: NewSurfer) -> None:
    reader = surfer("linxiaohe", java_script_enabled=False)
    reader.open("/directives/1/")
    sentence = reader.page.locator("#original a.sentence").nth(2)
    target = str(sentence.get_attribute("href"))
    reader.click(sentence)
    assert reader.page.url.endswith(target)
    assert reader.page.locator(target).bounding_box() is not None

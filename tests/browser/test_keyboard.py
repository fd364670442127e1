"""Everything can be done with the keyboard alone."""

from tests.browser.conftest import NewSurfer, Surfer

FOCUSED = "() => { const e = document.activeElement; return e ? (e.id || e.className || e.tagName) : ''; }"
IN_ORDER = """
() => {
  const order = window.visited;
  for (let i = 1; i < order.length; i++) {
    const relation = order[i - 1].compareDocumentPosition(order[i]);
    if (!(relation & Node.DOCUMENT_POSITION_FOLLOWING)) return order[i].outerHTML.slice(0, 200);
  }
  return "";
}
"""
# Seen means: an outline, a shadow or another colour than without the focus.
IS_SEEN = """
() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return marked && box.width > 0 && box.height > 0 ? "" : e.outerHTML.slice(0, 200);
}
"""


def tab(surfer: Surfer, times: int = 1) -> None:
    for _ in range(times):
        surfer.page.keyboard.press("Tab")


def test_the_first_key_leads_past_the_menu_to_the_content(surfer: NewSurfer) -> None:
    office = surfer("linxiaohe")
    office.open("/work/")
    tab(office)
    assert office.page.evaluate(FOCUSED) == "skip-link"
    assert office.page.locator(".skip-link").bounding_box() is not None
    office.page.keyboard.press("Enter")
    assert office.page.evaluate("() => document.activeElement.id") == "content"
    tab(office)
    assert office.page.evaluate("() => document.activeElement.closest('main') !== null")


def test_the_focus_goes_in_the_order_of_the_page_and_is_always_seen(surfer: NewSurfer) -> None:
    office = surfer("linxiaohe")
    for path in ("/", "/work/", "/directives/1/"):
        office.open(path)
        office.page.evaluate("() => { window.visited = []; }")
        for _ in range(30):
            tab(office)
            office.page.evaluate("() => { window.visited.push(document.activeElement); }")
            assert office.page.evaluate(IS_SEEN) == "", path
        assert office.page.evaluate(IN_ORDER) == "", path


def test_an_effect_is_confirmed_by_keyboard(surfer: NewSurfer) -> None:
    office = surfer("linxiaohe")
    office.open("/tasks/assign/")
    page = office.page
    page.locator("[name=wording]").focus()
    page.keyboard.type("按键写成的一件事")
    tab(office)
    page.keyboard.type("各县区")
    tab(office)
    page.keyboard.type("长期坚持")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/assignments/*/")
    issue = office.form("/issue/").locator("button").first
    issue.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    # The focus stands on the answer that changes nothing; Escape is that answer too.
    assert page.evaluate("() => document.activeElement.hasAttribute('data-no')")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert office.count("form[action$='/issue/']"), "nothing was issued"
    issue.focus()
    page.keyboard.press("Enter")
    dialog.wait_for()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => document.activeElement.hasAttribute('data-yes')")
    page.keyboard.press("Enter")
    page.locator("a[href*='status=to_sign']").wait_for()


def test_a_menu_opens_and_closes_by_keyboard(surfer: NewSurfer) -> None:
    office = surfer("linxiaohe")
    summary = office.page.locator("details.identity summary")
    summary.focus()
    office.page.keyboard.press("Enter")
    assert office.page.locator("details.identity").get_attribute("open") is not None
    office.page.keyboard.press("Escape")
    assert office.page.locator("details.identity").get_attribute("open") is None
    assert office.page.evaluate("() => document.activeElement.tagName") == "SUMMARY"

"""What somebody was writing is kept (暂存) while they are away: for them alone, in this form alone."""

from tests.browser.conftest import NewSurfer, Surfer

NOTE = "/tasks/note/"
WORDS = "走访了三户，缺一扇门。"


def writing(surfer: Surfer) -> str:
    """Return what stands in the field of the note, once the page has asked for what was kept."""
    with surfer.page.expect_response(lambda answer: "/drafts/?form=note" in answer.url):
        surfer.open(NOTE)
    surfer.page.wait_for_load_state("networkidle")
    return surfer.page.locator("[name=text]").input_value()


def close_the_tab(surfer: Surfer) -> None:
    """Close the page in the middle of a sentence, and go on in a new one."""
    surfer.page.close(run_before_unload=True)
    surfer.page = surfer.context.new_page()
    surfer.listen()


def test_what_was_written_is_there_after_the_tab_was_closed_and_for_nobody_else(surfer: NewSurfer) -> None:
    branch = surfer("caoyougen", viewport={"width": 390, "height": 844})
    assert not writing(branch)
    branch.page.locator("[name=text]").fill(WORDS)
    close_the_tab(branch)
    assert writing(branch) == WORDS
    assert "已恢复" in branch.page.locator(".draft-note").inner_text()

    # The same browser, another person: nothing of it.
    branch.page.locator("details.identity summary").click()
    branch.press("/sign-out/")
    branch.sign_in("zhaomantang")
    assert not writing(branch)
    branch.page.locator("details.identity summary").click()
    branch.press("/sign-out/")

    # What was sent is kept no longer.
    branch.sign_in("caoyougen")
    assert writing(branch) == WORDS
    branch.page.locator("[name=task]").first.check()
    branch.click(branch.page.locator("main form button.btn-primary"))
    branch.page.locator(".three-buttons").wait_for()
    assert not writing(branch)


def test_what_was_written_into_a_page_that_proposes_something_comes_back(surfer: NewSurfer) -> None:
    clerk = surfer("linxiaohe")

    def opened() -> str:
        with clerk.page.expect_response(lambda answer: "/drafts/?form=meeting-" in answer.url):
            clerk.open("/directives/meetings/new/")
        clerk.page.wait_for_load_state("networkidle")
        return clerk.page.locator("[name=title]").input_value()

    assert not opened()
    # The convener is proposed by the page, and is no word of the clerk's.
    assert clerk.page.locator("[name=convener]").input_value()
    clerk.page.locator("[name=title]").fill("季度推进会")
    close_the_tab(clerk)
    assert opened() == "季度推进会"

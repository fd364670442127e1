"""A running Duban with a small invented city, and Debian's Chromium to look at it."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from duban.accounts.demonstration import PASSWORD
from duban.config.supervisor import duban_command, web_command
from duban.config.testing import Server

READY_WITHIN_SECONDS = 30.0
# A person would give up earlier.
PATIENCE_MS = 10_000
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1366, "height": 768}
# The browser says itself what the policy refused; in words that the console keeps.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture(scope="session")
def address(database_server: Server) -> Iterator[str]:
    """The address of a program of its own, with a database of its own that holds the small demonstration city."""
    database = database_server.copy()
    env = {**os.environ, **database.env, "DUBAN_ENV": "trial", "DUBAN_LOG": "ERROR"}
    env.pop("DATABASE_OWNER_URL", None)
    subprocess.run(duban_command("demo", "--size", "small"), env=env, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = subprocess.Popen(web_command(host="127.0.0.1", port=port, processes=1), env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for_answer(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        web.terminate()
        web.wait(timeout=15)
        database_server.drop(database)


def _wait_for_answer(port: int) -> None:
    ends = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    pytest.fail(f"The web server did not answer within {READY_WITHIN_SECONDS:.0f} s.")


# Per module: while it runs, its event loop would be in the way of tests that use the database or start loops.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. A machine without it fails the test and says what to install."""
    program = shutil.which(os.environ.get("DUBAN_CHROMIUM") or "chromium")
    if program is None:
        pytest.fail("Chromium is missing; install it with: apt-get install chromium fonts-noto-cjk", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Surfer:
    """Somebody at a browser of their own. Whatever the page complains about is kept and fails the test."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    clicks: int = 0
    has_script: bool = True

    def sign_in(self, name: str) -> "Surfer":
        """Sign in by name and password through the form."""
        self.open("/sign-in/")
        form = self.page.locator("form[action='/sign-in/']").first
        form.locator("[name=sign_in_name]").fill(name)
        form.locator("[name=password]").fill(PASSWORD)
        self.click(form.locator("button"))
        self.page.locator("form[action='/sign-out/']").wait_for(state="attached")
        return self

    def open(self, path: str) -> None:
        """Open an address of the program."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"

    def click(self, locator: Any) -> None:
        """Click once, and count it."""
        self.clicks += 1
        locator.click()

    def press(self, action: str, *, confirm: bool = False) -> None:
        """Click the button of the form that posts to the address; say yes where the page asks about the effect."""
        self.click(self.form(action).locator("button:not(.plain-button)").first)
        if confirm:
            self.click(self.page.locator("dialog[open] [data-yes]"))
        self.page.wait_for_load_state()

    def form(self, action: str) -> Any:
        """Return the first form of the page whose address ends so."""
        return self.page.locator(f"form[method=post][action$='{action}']").first

    def count(self, selector: str) -> int:
        """Return how many elements of the page match."""
        return self.page.locator(selector).count()

    @property
    def path(self) -> str:
        """Where the browser is, without host and anchor."""
        return self.page.url.removeprefix(self.address).partition("#")[0]

    def listen(self) -> None:
        """Keep what the page complains about: errors of scripts, refusals of the policy, files that are missing."""

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(f"{self.page.url}: {message.text}")

        def answered(response: Response) -> None:
            if response.status >= 400:
                self.complaints.append(f"{response.url} answered {response.status}")

        self.context.add_init_script(TELL_VIOLATIONS)
        self.page.on("console", heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", answered)


NewSurfer = Callable[..., Surfer]


@pytest.fixture
def surfer(chromium: Browser, address: str) -> Iterator[NewSurfer]:
    """Return somebody with a browser of their own (`surfer("linxiaohe", java_script_enabled=False)`), signed in."""
    surfers: list[Surfer] = []

    def begin(name: str = "", **options: Any) -> Surfer:
        context = chromium.new_context(**{"viewport": DESK, "locale": "zh-CN", **options})
        context.set_default_timeout(PATIENCE_MS)
        begun = Surfer(
            context=context,
            page=context.new_page(),
            address=address,
            has_script=bool(options.get("java_script_enabled", True)),
        )
        begun.listen()
        surfers.append(begun)
        return begun.sign_in(name) if name else begun

    yield begin
    for each in surfers:
        each.context.close()
    complaints = [complaint for each in surfers for complaint in each.complaints]
    assert not complaints, complaints

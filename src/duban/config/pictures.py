"""
The pictures of the documentation: `python -m duban.config.pictures`.

Starts a trial of its own in a throw-away folder (database, web, the full demonstration city), opens the pages that people
judge first, in Chinese, and writes them to docs/images. Needs Chromium and a Chinese font; takes about two minutes.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from duban.accounts.demonstration import PASSWORD
from duban.config.png import with_palette
from duban.config.supervisor import duban_command

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
LARGEST_BYTES = 250_000
# Building the full city on a slow machine.
READY_WITHIN_SECONDS = 600.0
STOPPED_WITHIN_SECONDS = 20.0
DESK = (1366, 768)
PHONE = (375, 667)


@dataclass(frozen=True)
class Picture:
    """One picture: who sees which page how. `follow` is a link on it that is opened first."""

    name: str
    sign_in: str
    path: str
    follow: str = ""
    press: str = ""
    size: tuple[int, int] = DESK


PICTURES = (
    Picture(name="desk", sign_in="linxiaohe", path="/"),
    Picture(name="speech", sign_in="linxiaohe", path="/directives/1/", press="form[action$='/take-all/'] button"),
    Picture(name="owed", sign_in="dingyifan", path="/"),
    Picture(name="units", sign_in="hanlicheng", path="/table/"),
    Picture(name="work-list", sign_in="hanlicheng", path="/work/?q=群众"),
    Picture(name="task", sign_in="hanlicheng", path="/tasks/to-check/", follow="main tbody a"),
    Picture(name="ledger", sign_in="linxiaohe", path="/burden/"),
    Picture(name="village", sign_in="caoyougen", path="/", size=PHONE),
    Picture(name="one-tap", sign_in="hewenchuan", path="/", size=PHONE),
    Picture(name="phone-owed", sign_in="dingyifan", path="/", size=PHONE),
)


def main() -> int:
    """Take all pictures; exit status 1 and one sentence where that is not possible."""
    program = shutil.which(os.environ.get("DUBAN_CHROMIUM") or "chromium")
    if program is None:
        sys.stderr.write("Chromium is missing; install it with: apt-get install chromium fonts-noto-cjk\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _trial() as address, sync_playwright() as playwright:
        # Fields for dates speak the browser's own language.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        _assign_from_the_short_speech(browser, address)
        for picture in PICTURES:
            file = IMAGES / f"{picture.name}.png"
            file.write_bytes(_taken(browser, address, picture))
            sys.stdout.write(f"{file.relative_to(IMAGES.parents[1])}: {file.stat().st_size // 1000} kB\n")
        browser.close()
    return 0


@contextmanager
def _trial() -> Iterator[str]:
    """Run `duban run` in a folder that is thrown away; yields its address."""
    with tempfile.TemporaryDirectory(prefix="duban-pictures-") as folder:
        port = _free_port()
        env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "DUBAN_"))}
        env |= {"DUBAN_HOME": f"{folder}/home", "DUBAN_ENV": "trial", "PORT": str(port)}
        # The account of the embedded database must be able to reach its folder.
        Path(folder).chmod(0o755)
        log = Path(folder) / "log"
        with log.open("wb") as out:
            run = subprocess.Popen(duban_command("run"), env=env, stdout=out, stderr=out)
        try:
            _wait(run, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(timeout=STOPPED_WITHIN_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(run: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < ends:
        if re.search(r"Duban answers at", log.read_text(errors="replace")):
            return
        if run.poll() is not None:
            raise SystemExit(f"The trial did not start: {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.2)
    raise SystemExit(f"The trial was not ready within {READY_WITHIN_SECONDS:.0f} s.")


def _taken(browser: Browser, address: str, picture: Picture) -> bytes:
    width, height = picture.size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    try:
        page = _signed_in(context, address, picture.sign_in)
        page.goto(address + picture.path)
        if picture.follow:
            page.locator(picture.follow).first.click()
        if picture.press and page.locator(picture.press).count():
            page.locator(picture.press).first.click()
        page.wait_for_load_state("networkidle")
        return _shot(page)
    finally:
        context.close()


def _signed_in(context: BrowserContext, address: str, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in/")
    form = page.locator("form[action='/sign-in/']").first
    form.locator("[name=sign_in_name]").fill(name)
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("button").click()
    page.locator("form[action='/sign-out/']").wait_for(state="attached")
    return page


def _assign_from_the_short_speech(browser: Browser, address: str) -> None:
    """Send one sentence of a speech to all departments, so that a unit's page shows why something is asked."""
    context = browser.new_context(locale="zh-CN")
    try:
        page = _signed_in(context, address, "linxiaohe")
        page.goto(f"{address}/directives/2/")
        page.locator("form[action$='/take-all/'] button").click()
        page.locator("a[href*='/tasks/assign/?requirement=']").first.click()
        page.locator("[name=owner]").fill("各部门")
        page.locator("main form button.btn-primary").click()
        page.locator("form[action$='/issue/'] button").first.click()
        page.locator("dialog[open] [data-yes]").click()
        page.locator("a[href*='status=to_sign']").wait_for()
    finally:
        context.close()


def _shot(page: Page) -> bytes:
    taken = with_palette(page.screenshot(animations="disabled", caret="hide"))
    if len(taken) > LARGEST_BYTES:
        raise SystemExit(f"The picture of {page.url} has {len(taken) // 1000} kB, more than {LARGEST_BYTES // 1000}.")
    return taken


if __name__ == "__main__":
    sys.exit(main())

"""
Prepare a working copy: virtual environment, front-end files, translations, and for the tests a browser.

Run by `make run`, `make test` and `make sure` with the system's python3; standard library only. Each part is done again
only when the lock file it follows has changed. What is missing on the machine is named in one sentence.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
NODE_ENVIRONMENT = ROOT / "build" / "node"
FRONT_END = ROOT / "node_modules"
LOG = ROOT / "build" / "prepare.log"
OLDEST = (3, 11)
STILL_BUSY_SECONDS = 15.0


class CannotPrepare(Exception):
    """Something is missing or did not answer; the message says it in one sentence."""


def main() -> int:
    """Prepare what was asked for; exit status 1 and one sentence where that is not possible."""
    arguments = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    arguments.add_argument("--dev", action="store_true", help="also what tests and checks need")
    arguments.add_argument("--browser", action="store_true", help="also Chromium, a Chinese font and LibreOffice")
    asked = arguments.parse_args()
    # Set always: a shell that starts us in the background leaves SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    # Whoever PostgreSQL runs as must be able to read its programs.
    os.umask(0o022)
    os.chdir(ROOT)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    try:
        python = check_machine()
        install_packages(python=python, dev=asked.dev)
        install_front_end(python=python, dev=asked.dev)
        run([str(PYTHON), "-m", "duban.config.messages", "compile"], "Compiling the translations", quiet=True)
        if asked.browser:
            install_browser()
    except CannotPrepare as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def _stop(number: int, frame: object) -> None:
    # The running step is killed on the way up.
    raise KeyboardInterrupt


def check_machine() -> str:
    """Return a Python that is new enough; raises CannotPrepare with the apt line for everything that is missing."""
    python = sys.executable
    missing = []
    if sys.version_info < OLDEST:
        newer = next((found for minor in range(11, 16) if (found := shutil.which(f"python3.{minor}"))), None)
        if newer is None:
            raise CannotPrepare(
                f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed and this is {sys.version.split()[0]}; "
                "Debian 12 and Ubuntu 24.04 bring one with: apt-get install python3 python3-venv git make"
            )
        python = newer
    if not working_uv() and not has_venv(python):
        missing.append("python3-venv")
    missing += [program for program in ("git", "make") if shutil.which(program) is None]
    if missing:
        raise CannotPrepare(
            f"Missing on this machine: {', '.join(missing)}. Install with: apt-get install {' '.join(missing)}"
        )
    return python


def has_venv(python: str) -> bool:
    """True when this Python can make an environment with pip in it (Debian keeps that in a package of its own)."""
    if python == sys.executable:
        return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    return subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0


def working_uv() -> str | None:
    """Return the path of uv if there is one that starts."""
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0:
        return uv
    return None


def install_packages(*, python: str, dev: bool) -> None:
    """Bring .venv to the lock file; a development environment also serves for running."""
    flavours = {"dev": ROOT / "requirements-dev.lock", "run": ROOT / "requirements.lock"}
    # The path, because programs of the environment carry it in their first line.
    states = {name: fingerprint(lock, ROOT / "pyproject.toml", also=str(ROOT)) for name, lock in flavours.items()}
    stamp = ENVIRONMENT / ".prepared"
    prepared = stamp.read_text() if stamp.exists() and environment_works() else ""
    if prepared == f"dev {states['dev']}" or (not dev and prepared == f"run {states['run']}"):
        return
    flavour = "dev" if dev or prepared.startswith("dev") else "run"
    lock = flavours[flavour]
    number = sum(1 for line in lock.read_text().splitlines() if "==" in line)
    stamp.unlink(missing_ok=True)
    title = f"Installing {number} Python packages into .venv (a minute or two, once)"
    try:
        install_with_uv(python=python, lock=lock, title=title)
    except CannotPrepare as trouble:
        # A mirror is often known to pip alone.
        if not has_venv(python):
            raise
        if str(trouble):
            say(f"{trouble} Trying with pip instead.")
        install_with_pip(python=python, lock=lock, title=title)
    stamp.write_text(f"{flavour} {states[flavour]}")


def environment_works() -> bool:
    """True when the environment can be used: not after the system's Python was replaced or the folder moved."""
    if not PYTHON.exists():
        return False
    program = ENVIRONMENT / "bin" / "duban"
    if program.exists() and str(ENVIRONMENT) not in program.read_text().partition("\n")[0]:
        return False
    question = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([str(PYTHON), "-I", "-S", "-c", question], capture_output=True, check=False).returncode == 0


def install_with_uv(*, python: str, lock: Path, title: str) -> None:
    """Install with uv; raises CannotPrepare, with no words where there is no uv."""
    uv = working_uv()
    if uv is None:
        raise CannotPrepare
    if not environment_works():
        run([uv, "venv", "--clear", "--python", python, str(ENVIRONMENT)], "Making .venv", quiet=True)
    install = [uv, "pip", "install", "--python", str(PYTHON)]
    run([*install, "--require-hashes", "-r", str(lock)], title, needs_registry="the Python package index")
    run([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "Installing duban itself", quiet=True)


def install_with_pip(*, python: str, lock: Path, title: str) -> None:
    """Install with the environment's own pip; raises CannotPrepare."""
    clear = [] if environment_works() else ["--clear"]
    run([python, "-m", "venv", *clear, str(ENVIRONMENT)], "Making .venv", quiet=True)
    install = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    run([*install, "--require-hashes", "-r", str(lock)], title, needs_registry="the Python package index")
    run([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "Installing duban itself", quiet=True)


def install_front_end(*, python: str, dev: bool) -> None:
    """Bring node_modules to package-lock.json; where no npm is installed, one from a Python wheel is used."""
    state = fingerprint(ROOT / "package-lock.json")
    stamp = FRONT_END / ".prepared"
    prepared = stamp.read_text() if stamp.exists() else ""
    if prepared == f"dev {state}" or (not dev and prepared == f"run {state}"):
        return
    flavour = "dev" if dev or prepared.startswith("dev") else "run"
    npm, env = find_npm(python=python)
    run(
        [*npm, "ci", "--ignore-scripts", *([] if flavour == "dev" else ["--omit=dev"])],
        "Fetching the front-end files",
        env=env,
        needs_registry="the npm registry",
    )
    stamp.write_text(f"{flavour} {state}")


def find_npm(*, python: str) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment for npm, installing the wheel that carries one where none is found."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], dict(os.environ)
    programs = NODE_ENVIRONMENT / "bin"
    stamp = NODE_ENVIRONMENT / ".prepared"
    lock = ROOT / "ops" / "node.lock"
    if not stamp.exists() or stamp.read_text() != fingerprint(lock):
        title = "Installing Node.js from its wheel (no npm is installed here)"
        uv = working_uv()
        if uv:
            run([uv, "venv", "--clear", "--python", python, str(NODE_ENVIRONMENT)], title, quiet=True)
            install = [uv, "pip", "install", "--python", str(programs / "python")]
        else:
            run([python, "-m", "venv", "--clear", str(NODE_ENVIRONMENT)], title, quiet=True)
            install = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        run([*install, "--require-hashes", "-r", str(lock)], title, needs_registry="the Python package index")
        stamp.write_text(fingerprint(lock))
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(programs / "npm")], {**os.environ, "PATH": path}


def install_browser() -> None:
    """
    Make sure of Chromium, a Chinese font and a program that lays out Word files.

    Installed with apt where we may, otherwise refused, never skipped.
    """
    found = {
        "chromium": has_chromium(),
        "fonts-noto-cjk": has_chinese_font(),
        "libreoffice-writer-nogui": bool(shutil.which("soffice")),
    }
    missing = [package for package, there in found.items() if not there]
    if not missing:
        return
    line = "apt-get install " + " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotPrepare(f"The tests need what is not installed here; install it as root with: {line}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-q", "update"], "Reading the package lists", env=env, needs_registry="the Debian archive")
    install = ["apt-get", "-q", "-y", "--no-install-recommends", "install", *missing]
    run(install, f"Installing {' and '.join(missing)}", env=env, needs_registry="the Debian archive")


def has_chromium() -> bool:
    """True when a Chromium is on the search path, or where DUBAN_CHROMIUM says."""
    return bool(shutil.which(os.environ.get("DUBAN_CHROMIUM") or "chromium"))


def has_chinese_font() -> bool:
    """True when fontconfig knows a font with Chinese characters."""
    if shutil.which("fc-list") is None:
        return False
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def fingerprint(*files: Path, also: str = "") -> str:
    """Return a hash of the contents of files and of a further text."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + also.encode()).hexdigest()


def run(
    command: list[str],
    title: str,
    *,
    env: dict[str, str] | None = None,
    needs_registry: str = "",
    quiet: bool = False,
) -> None:
    """Run one step with its output in the log and its progress on the terminal; raises CannotPrepare when it fails."""
    began = time.monotonic()
    if not quiet:
        say(f"{title} …")
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, began, done), daemon=True)
    ticker.start()
    start = LOG.stat().st_size
    try:
        with LOG.open("ab") as log:
            status = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env, check=False
            ).returncode
    except OSError as trouble:
        raise CannotPrepare(f"{title}: {command[0]} cannot be run ({trouble.strerror}).") from trouble
    finally:
        done.set()
        ticker.join()
    if status != 0:
        raise CannotPrepare(_why(title, LOG.read_bytes()[start:].decode(errors="replace"), needs_registry))
    if not quiet:
        say(f"{title}: {time.monotonic() - began:.0f} s.")


def _tick(title: str, began: float, done: threading.Event) -> None:
    while not done.wait(STILL_BUSY_SECONDS):
        say(f"{title}: {time.monotonic() - began:.0f} s so far …")


def _why(title: str, said: str, needs_registry: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [
        line for line in lines if line.lower().startswith(("error", "e:", "npm error", "npm err!", "×", "├", "╰"))
    ]
    reason = (telling or lines or ["it gave no reason"])[-1][:200].rstrip(".")
    if "No space left on device" in said:
        return f"{title}: the disk is full; make room and run the same command again."
    if needs_registry:
        return (
            f"{title}: {needs_registry} did not give what is needed ({reason}); check the network or the mirror "
            f"that is set, then run the same command again (everything it said: {LOG})."
        )
    return f"{title}: this failed ({reason}); everything it said is in {LOG}."


def say(line: str) -> None:
    """Print one line of progress at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

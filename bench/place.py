"""Where the bench works: a PostgreSQL, a database of its own, and the environment of the programs that use it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from duban.config import embedded
from duban.config.secret_files import read_or_make_secret

BUILD = Path(__file__).resolve().parents[1] / "build"
# In a process of its own: the one that measures must never hold the owner's connection.
_MIGRATE = "import django; django.setup(); from duban.config.migrating import migrate; migrate(verbosity=0)"


@dataclass
class Place:
    """A PostgreSQL with one database for measuring, and the home folder of the programs."""

    home: Path
    app_url: str
    owner_url: str
    running: embedded.Running | None = None

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of a program that serves this database as in production, without what this shell carries."""
        withheld = {"DATABASE_OWNER_URL", "DUBAN_AS_OWNER", "DUBAN_DEBUG"}
        return {
            **{name: value for name, value in os.environ.items() if name not in withheld},
            "DUBAN_ENV": "production",
            "DUBAN_HOME": str(self.home),
            "DATABASE_URL": self.app_url,
            "DJANGO_SETTINGS_MODULE": "duban.config.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def postmaster(self) -> int:
        """Return the process id of our own PostgreSQL; 0 where the server is somebody else's."""
        if self.running is None:
            return 0
        return int((self.running.data / "postmaster.pid").read_text().splitlines()[0])

    def restart(self) -> None:
        """Start our own PostgreSQL again after it was killed."""
        if self.running is not None:
            self.running.stop()
            self.running = embedded.start(home=self.home, progress=_quiet)

    def end(self) -> None:
        """Stop our own PostgreSQL; one that was given goes on."""
        if self.running is not None:
            self.running.stop()


def open_place(*, name: str) -> Place:
    """
    Return a place with a database of this name (made where there is none) on the server of DATABASE_URL and
    DATABASE_OWNER_URL, or on an embedded PostgreSQL in build/`name`.
    """
    home = BUILD / name
    home.mkdir(parents=True, exist_ok=True)
    app_url, owner_url = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    running = None
    if not (app_url and owner_url):
        running = embedded.start(home=home, progress=_quiet)
        app_url, owner_url = running.app_url, running.owner_url
    read_or_make_secret(home=home, name="secret_key")
    database = name.replace("-", "_")
    place = Place(home=home, app_url=named(app_url, database), owner_url=named(owner_url, database), running=running)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        if owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            owner.execute(f'CREATE DATABASE "{database}"'.encode())
    return place


def make_empty(place: Place) -> None:
    """Make the database anew, with all tables and nothing in them."""
    database = urlsplit(place.owner_url).path.lstrip("/")
    with psycopg.connect(named(place.owner_url, "duban" if place.running else "postgres"), autocommit=True) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        owner.execute(f'CREATE DATABASE "{database}"'.encode())
    env = {**place.env, "DATABASE_OWNER_URL": place.owner_url, "DUBAN_AS_OWNER": "1"}
    subprocess.run([sys.executable, "-c", _MIGRATE], env=env, check=True)


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _quiet(line: str) -> None:
    """Say nothing: the bench has its own words."""

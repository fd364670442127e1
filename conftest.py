"""What every test gets; the database comes from duban.config.testing."""

import pytest

from duban.config.testing import Database

pytest_plugins = ["duban.config.fixtures"]


@pytest.fixture(scope="session")
def django_db_setup(worker_database: Database) -> None:
    """Take the place of pytest-django's own: the worker's copy of the migrated template."""

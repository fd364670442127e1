"""When a job is tried again."""

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy

# A database that restarts is back within minutes; a job that it interrupted has left nothing half done and goes on.
WHEN_THE_DATABASE_IS_BACK = RetryStrategy(max_attempts=200, wait=3, retry_exceptions=[OperationalError, InterfaceError])

"""Where sessions are kept: in the framework's own table, read by a statement of our own."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """The framework's sessions. What a session holds is read by hand, because it stands before every answer."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; of one that ended or never was, nothing, and its key is forgotten."""
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row[0])
        return found

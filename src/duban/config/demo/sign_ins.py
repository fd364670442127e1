"""Who can sign in to the demonstration city; read without a database, when everything has started."""

from collections.abc import Iterator

from duban.accounts.demonstration import PASSWORD
from duban.config.demo.city import build_city

__all__ = ["PASSWORD", "sign_ins"]


def sign_ins() -> Iterator[tuple[str, str]]:
    """Yield sign-in names with who they are: each of the cast, then the colleague of the same role elsewhere."""
    people = {person.key: person for person in build_city().people}
    for entry in build_city().cast:
        for key in (entry.person_key, entry.colleague_key):
            if key is not None:
                person = people[key]
                yield person.sign_in or "", f"{person.name} {person.unit_key} {person.title}"

"""Addresses of pages by name, which remember where the numbers stand."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

# A number that occurs in no address by itself.
_NUMBER = 8_070_605_040_302_010


def address(name: str, *numbers: int | str) -> str:
    """
    Return the address of a page in which nothing but these numbers, or words of ours in plain letters, are to be put.

    A list of fifty lines asks for the same name fifty times, and each page for all of its menu: to find it again each
    time took as long as a statement.

    :raises NoReverseMatch: if there is no page of this name that takes so many numbers
    """
    parts = _parts(name, len(numbers), get_script_prefix(), get_urlconf())
    return "".join([parts[0], *(f"{number}{part}" for number, part in zip(numbers, parts[1:], strict=True))])


@lru_cache(maxsize=2000)
def _parts(name: str, numbers: int, prefix: str, urlconf: object) -> list[str]:
    # `prefix` and `urlconf` say where the program stands: part of the key, though nothing here reads them.
    stand_ins = [_NUMBER + number for number in range(numbers)]
    rest = reverse(name, args=stand_ins)
    parts = []
    for stand_in in stand_ins:
        part, _found, rest = rest.partition(str(stand_in))
        parts.append(part)
    return [*parts, rest]

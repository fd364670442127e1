"""The `url` tag of the framework, which remembers where in an address the numbers stand."""

from functools import lru_cache

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as framework_url
from django.urls import get_script_prefix, get_urlconf, reverse

register = template.Library()
# A number that occurs in no address by itself.
_NUMBER = 8_070_605_040_302_010


class Address(URLNode):
    """
    An address by its name, as the framework finds it.

    Where nothing but numbers go into it, its parts are kept: a list of fifty lines asks for the same name fifty times,
    and to find it again took as long as a statement.
    """

    def render(self, context: template.Context) -> str:
        """Return the address, or put it under the name after `as`."""
        if self.kwargs or self.asvar or not isinstance(self.view_name.var, str):
            return super().render(context)
        numbers = [argument.resolve(context) for argument in self.args]
        if any(type(number) is not int or number < 0 for number in numbers):
            return super().render(context)
        parts = _parts(self.view_name.var, len(numbers), get_script_prefix(), get_urlconf())
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


@register.tag
def url(parser: Parser, token: Token) -> Address:
    """Return the address of a page: `{% url 'tasks:task' task.pk %}`, as the framework's own tag takes it."""
    node = framework_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)

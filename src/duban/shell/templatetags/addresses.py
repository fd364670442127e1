"""The `url` tag of the framework, which is quicker where nothing but numbers go into an address."""

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as framework_url

from duban.shell.addresses import address

register = template.Library()


class Address(URLNode):
    """An address by its name, as the framework finds it."""

    def render(self, context: template.Context) -> str:
        """Return the address, or put it under the name after `as`."""
        if self.kwargs or self.asvar or not isinstance(self.view_name.var, str):
            return super().render(context)
        numbers = [argument.resolve(context) for argument in self.args]
        if any(type(number) is not int or number < 0 for number in numbers):
            return super().render(context)
        return address(self.view_name.var, *numbers)


@register.tag
def url(parser: Parser, token: Token) -> Address:
    """Return the address of a page: `{% url 'tasks:task' task.pk %}`, as the framework's own tag takes it."""
    node = framework_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)

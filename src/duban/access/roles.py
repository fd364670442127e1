"""The table of roles, installed once at start from config.roles."""

from collections.abc import Mapping

_roles: Mapping[str, frozenset[str]] | None = None


def install(roles: Mapping[str, frozenset[str]]) -> None:
    """Set the table of roles, once, at start."""
    global _roles
    if _roles is not None:
        raise RuntimeError("the table of roles is installed already")
    _roles = roles


def capabilities_of(role: str) -> frozenset[str]:
    """Return what a role may do; a role that is no longer in the table may do nothing."""
    if _roles is None:
        raise RuntimeError("no table of roles is installed")
    return _roles.get(role, frozenset())


def roles_with(capability: str) -> list[str]:
    """Return the roles that hold a capability."""
    if _roles is None:
        raise RuntimeError("no table of roles is installed")
    return [role for role, capabilities in _roles.items() if capability in capabilities]


def known_roles() -> list[str]:
    """Return the names of all roles, in the order of the table."""
    if _roles is None:
        raise RuntimeError("no table of roles is installed")
    return list(_roles)

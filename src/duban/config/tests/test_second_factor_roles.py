"""Who shows a second factor."""

from duban.access.policy import ADMINISTRATORS
from duban.config.roles import ROLES, SECOND_FACTOR


def test_the_roles_that_show_a_second_factor_are_known_and_all_administrators_are_among_them() -> None:
    assert set(ROLES) > SECOND_FACTOR > ADMINISTRATORS

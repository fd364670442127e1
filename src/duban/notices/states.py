"""What belongs to messages."""

# Who answers for a unit as its liaison or recorder: the only roles that the machine reminds.
REMINDED_ROLES = ("unit_liaison", "township_recorder")
# An item is told so many working days before it is due.
DAYS_BEFORE = (1, 3, 5)

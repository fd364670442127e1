"""How far things may go, in one place."""

# An item is transferred between equals so often at most; then the office decides: send again, or withdraw.
TRANSFERS = 2
# Beyond so many direct subordinates the form of passing down takes names instead of offering each.
OFFERED_UNITS = 200

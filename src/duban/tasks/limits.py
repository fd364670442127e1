"""How far things may go, in one place."""

# An item is transferred between equals so often at most; then the office decides: send again, or withdraw.
TRANSFERS = 2
# Beyond so many direct subordinates the form of passing down takes names instead of offering each.
OFFERED_UNITS = 200
# So many items are urged in one step; a fan-out to every village of a city is just below it.
URGED_AT_ONCE = 20_000
URGING_TEXT = 500
# So many rows of what became of them are shown, those that were not urged first.
URGED_ROWS = 1_000
# Answers to one assignment that one checking unit may be given, unless the office sets another number.
ANSWERS_PER_CHECKER = 200
# So many weeks without a record are no gap yet, unless the office sets another number.
QUIET_WEEKS = 2
# From so many entries on one day right after a gap, the day is said.
MADE_UP_IN_A_DAY = 5
# Rows that are accepted, returned or issued in one go.
ROWS_AT_ONCE = 1000

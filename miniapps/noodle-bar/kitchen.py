"""What the pages of the counter share."""

# Minutes until the first bowl, and for each further one.
FIRST_BOWL_MINUTES = 8
NEXT_BOWL_MINUTES = 3


def minutes_for(bowls):
    """Return how long the kitchen takes for this many bowls."""
    if bowls < 1:
        return 0
    return FIRST_BOWL_MINUTES + NEXT_BOWL_MINUTES * (bowls - 1)

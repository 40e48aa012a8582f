"""What a kilowatt-hour costs.  Three steps, as on the notice at the substation."""

CURRENCY = "CNY"
# (kWh up to, fen per kWh)
STEPS = [(180, 49), (350, 54), (100000, 79)]


def cost_minor(kwh):
    """Return the price of this many kilowatt-hours in fen."""
    total = 0
    below = 0
    for limit, fen in STEPS:
        part = min(kwh, limit) - below
        if part <= 0:
            break
        total += part * fen
        below = limit
    return total

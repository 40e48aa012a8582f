"""Days, counted backwards."""
from datetime import date, timedelta
ONE = timedelta(days=1)
def last_days(n, *, end=None):
    end = end or date.today()
    return [(end - k * ONE).isoformat() for k in range(n)][::-1]

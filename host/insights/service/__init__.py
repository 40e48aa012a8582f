"""Use cases of insights.

``counting``: what happens while a day lasts.  ``closing``: what becomes of it afterwards.
``reading``: what the merchant's team sees.
"""

from host.insights.service.closing import sweep
from host.insights.service.counting import count_opening, count_reports
from host.insights.service.reading import find_insights

__all__ = ["count_opening", "count_reports", "find_insights", "sweep"]

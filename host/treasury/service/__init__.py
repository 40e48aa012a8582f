"""Use cases of the treasury.

``reconcile``: a rail's statement against orders and ledger.  ``breaks``: what is done about one.
``adjustments``: two people put something right.  ``callbacks``: what a rail tells by itself.
``sandbox``: the statement of the rail that is built in.  ``overview``: what the operator sees.
"""

from host.treasury.service.adjustments import (
    approve_adjustment,
    decline_adjustment,
    propose_adjustment,
)
from host.treasury.service.bonuses import give_bonus, read_bonuses
from host.treasury.service.breaks import add_note, book_line, close_break, match_break
from host.treasury.service.callbacks import Told, hear_callback, read_told
from host.treasury.service.overview import find_breaks, read_overview
from host.treasury.service.reconcile import HOST, import_statement, reconcile
from host.treasury.service.sandbox import make_statement

__all__ = [
    "HOST",
    "Told",
    "add_note",
    "approve_adjustment",
    "book_line",
    "close_break",
    "decline_adjustment",
    "find_breaks",
    "give_bonus",
    "hear_callback",
    "import_statement",
    "make_statement",
    "match_break",
    "propose_adjustment",
    "read_bonuses",
    "read_overview",
    "read_told",
    "reconcile",
]

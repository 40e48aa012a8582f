"""Treasury: what rails say of themselves, held against the lane's own books.

Owns the tables ``treasury_*``.  A rail's statement, the orders to it and the ledger are compared
line by line; what does not fit is a break, its money stands in suspense, and nothing is put right
in silence.  What two people must agree on goes through ``treasury_adjustment``.  Other domains use
``host.treasury.service``; nothing else here is public.
"""

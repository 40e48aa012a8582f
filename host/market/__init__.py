"""Market: what shops sell, and the orders of it.

Owns the tables ``market_*``: products, addresses, orders with their lines, requests for money back,
and timers.  The money of a paid order waits in the wallet's escrow account of that order; the
market decides when it leaves, the wallet moves it, in one transaction.  Other domains use
``host.market.service`` and subscribe to ``host.market.events``; nothing else here is public.
"""

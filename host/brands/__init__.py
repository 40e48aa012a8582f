"""Brands: merchants as organisations, who acts for them, who follows them, their upload keys.

Owns the tables ``brands_*``.  Whatever is done in a brand's name begins with ``access_brand``,
which refuses everybody who is neither its owner nor on its staff.  Other domains use
``host.brands.service`` and subscribe to ``host.brands.events``; nothing else here is public.
"""

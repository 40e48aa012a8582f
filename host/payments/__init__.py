"""Payments: how a merchant's server takes money, and how it hears what became of it.

Owns the tables ``payments_*``.  An order is made by a key of the merchant, paid by a person in the
host's own cashier, and told to the merchant's server in signed notices; asking for the order is
always the truth.  Live money goes through the ledger, one control account per order; test money is
no money at all and touches no account.  Other domains use ``host.payments.service`` and subscribe
to ``host.payments.events``; nothing else here is public.
"""

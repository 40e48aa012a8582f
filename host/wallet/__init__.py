"""Wallet: the ledger, and what people do with money.

Owns the tables ``wallet_*``.  Every transfer debits one account and credits one other, so the
balances of a currency always sum to zero; nothing is ever updated away, only reversed.  Other
domains use ``host.wallet.service`` and subscribe to ``host.wallet.events``; nothing else here is
public.
"""

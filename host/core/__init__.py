"""Core: what every domain shares, and which knows no domain.

Owns the tables ``core_*``: migrations, the outbox, numbered live events, rate windows, media.
"""

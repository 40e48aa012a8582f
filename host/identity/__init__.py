"""Identity: people, their handles and profiles, passwords, devices and tokens.

Owns the tables ``identity_*``.  A person is found by an id that never changes or by a handle that
no other handle looks like.  Other domains use ``host.identity.service`` and subscribe to
``host.identity.events``; nothing else here is public.
"""

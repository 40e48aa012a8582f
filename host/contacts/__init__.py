"""Contacts: who knows whom, who asked, and who is blocked.

Owns the tables ``contacts_*``.  Being contacts is mutual; a block is one person's own and is never
shown to the other.  Other domains use ``host.contacts.service`` and subscribe to
``host.contacts.events``; nothing else here is public.
"""

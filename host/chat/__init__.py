"""Chat: conversations, their messages, and how far everybody has read.

Owns the tables ``chat_*``.  A conversation has one counter, ``seq``: its messages are numbered
without gaps in the transaction that writes them, so order, unread and history are ranges.  A client
names each message it sends; the same name is the same message for ever.  Other domains use
``host.chat.service``; nothing else here is public.
"""

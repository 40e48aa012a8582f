"""Bridge: the only door between a running mini-program and everything else.

Owns the open pages (in each program's own database, ``store``), the checks of every capability
call, the questions that programs ask people (``bridge_ask``), what people allow them
(``bridge_consent``), what they learned (``bridge_access``) and what went wrong (``bridge_log``).
``pages`` runs events, ``gate`` and ``capabilities`` answer the calls that they make, ``channel``
speaks to browsers, ``web`` draws what stands above and around the frame.  Public: ``service``.
"""

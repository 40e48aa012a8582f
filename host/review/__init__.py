"""Review: submissions, decisions with rule and reason, appeals, and the audit log.

Owns the tables ``review_*``.  Only admins decide, never about their own brand and never about what
they have not opened; each decision stands in a hash-chained log in the same transaction.  Other
domains use ``host.review.service``; nothing else here is public.
"""

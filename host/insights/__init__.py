"""Insights: what a merchant learns about the use of a mini-program, and nobody's use of it.

Owns the tables ``insights_*``.  A day is counted while it lasts and closed after it: figures that
ten people or more are behind are kept for 400 days, everything else about the day is deleted.  A
figure is never about fewer than ten people, nor does the difference of two tell of fewer.  Other
domains use ``host.insights.service``; nothing else here is public.
"""

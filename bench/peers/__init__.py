"""`python -m bench runtime --peers`: the same handler in other runtimes, in the same run.

The handler counts up a number on a page of 1 KB: JSON text comes in, is parsed, the handler runs,
JSON text of what changed goes out.  Everything is fetched from the npm and PyPI registries into the
user's cache, by package name, and only when ``--peers`` is given.
"""

"""Programs: mini-programs, their versions, what each may ask for, and the directory of shops.

Owns the tables ``programs_*``.  A version is an immutable package that passed every machine check;
it becomes live only after an admin approved it and its merchant published it.  Other domains use
``host.programs.service`` and subscribe to ``host.programs.events``; nothing else here is public.
"""

"""Runtime: runs mini-programs that nobody has to trust.

Four walls stand between a merchant's code and everything else: the language it is written in
(``runtime.policy``), a process that can reach nothing (``runtime.jail``), a protocol that is
checked by the host (``runtime.protocol``), and the authority of each call, which is the bridge's
business.  The runtime knows no web framework and no database: ``runtime.pool`` takes code, an event
and a function that answers host calls, and gives back the changed state of a page.
"""

"""The class that every page of a mini-program is made from, and what its handlers may promise."""

from collections.abc import Callable
from typing import TypeVar

Handler = TypeVar("Handler", bound=Callable[..., object])


class Page:
    """One page: its public attributes are its state, its methods are its handlers.

    State holds plain JSON values only.  The host keeps it between events, so a page must not
    count on anything else that it remembered: not on module variables, and not on attributes that
    begin with an underscore, which are refused.  The methods the host calls by itself are listed
    in ``sdk.contract.events.LIFE_CYCLE``; all are optional.
    """


def idempotent(handler: Handler) -> Handler:
    """Promise that running this handler twice for one tap does no more than running it once.

    When the process of a program ends while the handler runs, the person is told to try again,
    because nobody knows what it had done by then.  With this promise the lane runs it again by
    itself, once, with the same state, time, chance and ids.  What it has stored is kept only when
    it succeeds, and orders have ids of their event, so most handlers can promise it; one that asks
    another host with ``api.http`` can if that host takes the same request twice.

    The lane reads the decorator without running the program: write it by this name.
    """
    return handler

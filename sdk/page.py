"""The class that every page of a mini-program is made from."""


class Page:
    """One page: its public attributes are its state, its methods are its handlers.

    State holds plain JSON values only.  The host keeps it between events, so a page must not
    count on anything else that it remembered: not on module variables, and not on attributes that
    begin with an underscore, which are refused.  The methods the host calls by itself are listed
    in ``sdk.contract.events.LIFE_CYCLE``; all are optional.
    """

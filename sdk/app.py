"""The class in ``app.py``: what happens to the program as a whole."""


class App:
    """A mini-program, beside its pages: its methods hear when it is opened, left, and fails.

    All are optional: ``on_launch``, ``on_show``, ``on_hide``, ``on_error``; see
    ``sdk.contract.events.APP_LIFE``.  An App keeps nothing between them: its attributes are
    constants, which pages read as ``from app import Shop`` and ``Shop.rate``.  What a person's
    visits have in common belongs into ``api.storage``.
    """

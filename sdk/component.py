"""The class that a component with data and handlers of its own is made from."""

from typing import Any

EVENTS_EMITTED_MAX = 20
EVENT_NAME_CHARS_MAX = 64


class Component:
    """One component on a page: what it keeps, what it does, what it tells the page.

    Attributes with a value are its data; the host keeps them for each place where the component
    stands, between events, and forgets them when it is no longer shown.  Names that are annotated
    without a value (``title: str``) are properties: whoever uses the component gives them, and it
    cannot change them.  Methods are handlers for its own template.  ``on_attach``, ``on_update``
    and ``on_detach`` are called by the host; all are optional.
    """

    def emit(self, event: str, /, **detail: Any) -> None:
        """Tell whoever uses the component, once the handler has ended well.

        ``m-on:<event>="handler"`` on the component's element names who hears it; ``detail`` is
        in ``event.detail`` there.
        """
        if type(event) is not str or not 0 < len(event) <= EVENT_NAME_CHARS_MAX:
            raise TypeError("emit needs the name of an event")
        emitted = vars(self).setdefault("_emitted_", [])
        if len(emitted) >= EVENTS_EMITTED_MAX:
            raise ValueError(f"a handler emits at most {EVENTS_EMITTED_MAX} events")
        emitted.append([event, detail])

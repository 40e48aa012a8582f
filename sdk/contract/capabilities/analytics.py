"""Figures: what happened in a program, counted on the host and never by person."""

from typing import Annotated

from msgspec import Meta

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability
from sdk.contract.reports import FIELDS_MAX, NUMBER_MAX, VALUE_CHARS_MAX, as_texts

EventName = Annotated[str, Meta(pattern=s.whole(r"[a-z][a-z0-9_]{0,39}"))]
FieldName = Annotated[str, Meta(pattern=s.whole(r"[a-z][a-z0-9_]{0,19}"))]


class ReportEvent(s.Arguments):
    name: EventName
    fields: Annotated[
        dict[
            FieldName,
            Annotated[str, Meta(min_length=1, max_length=VALUE_CHARS_MAX)]
            | bool
            | Annotated[int, Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)],
        ],
        Meta(max_length=FIELDS_MAX),
    ] = {}

    def __post_init__(self) -> None:
        """Refuse what could be a person's."""
        as_texts(self.name, self.fields)


ANALYTICS: tuple[Capability, ...] = (
    Capability(
        "analytics.report_event",
        ReportEvent,
        None,
        "instant",
        120,
        "Count that something happened, such as `viewed_product`, once the event has succeeded."
        " `fields` say what kind it was: five at most, from a small set each, and nothing that"
        " could be a person's: no `@`, no more than six digits, no ids. Your team sees sums of"
        " whole days from the next day on, and none that fewer than ten people are behind. A day"
        " counts 50 names, five fields of a name and 20 values of a field; further names are"
        " counted as `other`, further values with the rest. Visits of versions on trial are not"
        " counted.",
    ),
)

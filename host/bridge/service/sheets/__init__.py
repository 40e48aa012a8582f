"""The sheets: one for each capability that waits for a person; payment has a page of its own."""

from collections.abc import Mapping

from host.bridge.service.sheets import (
    device,
    identity,
    market,
    media,
    messages,
    place,
    shell,
    support,
)
from host.bridge.service.sheets.model import Answer, Sheet

__all__ = ["SHEETS", "Answer", "Sheet"]

SHEETS: Mapping[str, Sheet] = {
    **identity.SHEETS,
    **device.SHEETS,
    **media.SHEETS,
    **place.SHEETS,
    **market.SHEETS,
    **messages.SHEETS,
    **support.SHEETS,
    **shell.SHEETS,
}

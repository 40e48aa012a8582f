"""The form of a function that does what a capability says."""

from collections.abc import Awaitable, Callable
from typing import Any

from host.bridge.visit import Visit

# Takes the event's visit, the number of the call within the event, and checked arguments.
Handler = Callable[[Visit, int, dict[str, Any]], Awaitable[Any]]

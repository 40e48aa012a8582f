"""What one line of the capability table says."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from sdk.contract import shapes as s
from sdk.contract.scopes import SCOPES

# instant: the host answers inside the call.
# wait:    returns at once; a person decides, and the answer comes to the handler named in `then`.
# outside: the host asks somebody else, with a hard timeout.
# effect:  collected with the event and done by the shell once the event has succeeded.
# act:     like an effect, and asked of the host inside the call, which refuses it unless a person's
#          own act (`events.ACTS`) has set off the event.
# local:   never leaves the worker.
Kind = Literal["instant", "wait", "outside", "effect", "act", "local"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a mini-program may ask for."""

    name: str
    arguments: type[s.Arguments]
    # The type of the answer; of a `wait` call, what arrives at the handler named in `then`.
    result: Any
    kind: Kind
    # Per person and mini-program; the bridge refuses the call after this one.
    calls_per_minute: int
    doc: str
    scope: str | None = None
    # Argument, value, scope: what is asked for instead when the argument has that value.
    scope_when: tuple[str, str, str] | None = None
    # The keyword argument that collects every keyword the signature does not name.
    rest: str | None = None
    # The person's word is more exact than the scope, such as a topic or an order, and the handler
    # looks for it; the scope must be declared and approved all the same.
    has_own_consent: bool = False
    # Platform code (manifest `platform_version.min_code`) that first had it.
    since: int = 1

    @property
    def params(self) -> dict[str, Any]:
        """The type of each argument, in the order of positional arguments."""
        return {field.name: field.type for field in msgspec.structs.fields(self.arguments)}

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope that some call of it needs."""
        other = self.scope_when[2] if self.scope_when else None
        return frozenset(each for each in (self.scope, other) if each)

    def scope_for(self, args: Mapping[str, Any]) -> str | None:
        """Return the scope that a call with ``args`` needs."""
        if self.scope_when and args.get(self.scope_when[0]) == self.scope_when[1]:
            return self.scope_when[2]
        return self.scope

    @property
    def consent_sentence(self) -> Mapping[str, str]:
        """What the person is asked, by language; empty when nobody needs to be asked."""
        return SCOPES[self.scope].consent_sentence if self.scope else MappingProxyType({})

    @property
    def is_sent_to_host(self) -> bool:
        """Tell whether the call leaves the worker while the handler runs."""
        return self.kind in {"instant", "wait", "outside", "act"}

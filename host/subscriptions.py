"""What each domain brings to the host: the one place that knows all of them.

A domain may have `api` and `web` (a `blueprint`), `subscribers` (`SUBSCRIPTIONS`), `cards`
(`CARD_LOADERS`), `commands` (`COMMANDS`), `chores` (`CHORES`), `relays` (`RELAYS`, which run for as
long as the host does), `channel` (`install`, live messages from browsers) and a `sweep` use case in
`service`.  What a domain lacks is left out; what it has cannot be forgotten.
"""

import importlib
import importlib.util
from collections.abc import Awaitable, Callable, Iterator
from types import ModuleType

import click
from quart import Blueprint

from host.core.cards import CardLoader, DueCards
from host.core.deps import Deps
from host.core.outbox import Subscriber, Subscriptions

# Lower domains first: the order in which subscribers of one event run.
DOMAINS = (
    "identity",
    "contacts",
    "wallet",
    "chat",
    "feed",
    "brands",
    "settlement",
    "payments",
    "codes",
    "bills",
    "points",
    "programs",
    "market",
    "insights",
    "review",
    "treasury",
    "bridge",
    "shell",
)


def all_subscriptions() -> Subscriptions:
    """Return the subscribers of each event name."""
    joined: dict[str, list[Subscriber]] = {}
    for module in _modules("subscribers"):
        for name, subscribers in module.SUBSCRIPTIONS.items():
            joined.setdefault(name, []).extend(subscribers)
    return joined


def all_blueprints() -> list[Blueprint]:
    """Return the JSON and HTML routes of every domain."""
    modules = [module for role in ("api", "web") for module in _modules(role)]
    return [module.blueprint for module in modules if hasattr(module, "blueprint")]


def all_card_loaders() -> dict[str, CardLoader]:
    """Return the loader of each kind of card."""
    loaders: dict[str, CardLoader] = {}
    for module in _modules("cards"):
        loaders.update(module.CARD_LOADERS)
    return loaders


def all_due_cards() -> list[DueCards]:
    """Return who knows what waits to be paid, for the wallet's first page."""
    return [load for module in _modules("cards") for load in getattr(module, "DUE_CARDS", ())]


def all_holdings() -> list[DueCards]:
    """Return who knows what a person holds beside money, for the wallet's first page."""
    return [load for module in _modules("cards") for load in getattr(module, "HOLDINGS", ())]


def all_sweeps() -> list[Callable[..., int]]:
    """Return the use cases that do what has become due: `sweep(tx, now_ms=…)`."""
    return [module.sweep for module in _modules("service") if hasattr(module, "sweep")]


def all_chores() -> list[Callable[..., Awaitable[int]]]:
    """Return what is due and has to wait for others, such as rails: `chore(deps, now_ms=…)`."""
    return [chore for module in _modules("chores") for chore in module.CHORES]


def all_relays() -> list[Callable[[Deps], Awaitable[None]]]:
    """Return what runs beside the requests until it is cancelled."""
    return [relay for module in _modules("relays") for relay in module.RELAYS]


def all_commands() -> list[click.Command]:
    """Return the operator's commands of every domain."""
    return [command for module in _modules("commands") for command in module.COMMANDS]


def install_channels(deps: Deps) -> None:
    """Let every domain take what browsers send it over the live channel."""
    for module in _modules("channel"):
        module.install(deps)


def _modules(role: str) -> Iterator[ModuleType]:
    for domain in DOMAINS:
        name = f"host.{domain}.{role}"
        if importlib.util.find_spec(f"host.{domain}") and importlib.util.find_spec(name):
            yield importlib.import_module(name)

"""What a program keeps for a person."""

from typing import Annotated

from msgspec import Meta

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability


class Key(s.Arguments):
    key: s.AppKey


class KeyDefault(s.Arguments):
    key: s.AppKey
    default: s.Json = None


class KeyValue(s.Arguments):
    key: s.AppKey
    value: s.Json


class Prefix(s.Arguments):
    prefix: Annotated[str, Meta(max_length=128)] = ""


STORAGE: tuple[Capability, ...] = (
    Capability(
        "storage.get",
        KeyDefault,
        s.Json,
        "instant",
        600,
        "Return what was stored under `key` for this person, or `default`.",
    ),
    Capability(
        "storage.set",
        KeyValue,
        None,
        "instant",
        300,
        "Store a JSON value under `key` for this person (64 KiB each, 1 MiB together).",
    ),
    Capability(
        "storage.remove",
        Key,
        None,
        "instant",
        300,
        "Forget what is stored under `key`. Nothing happens when there is nothing.",
    ),
    Capability(
        "storage.keys",
        Prefix,
        list[str],
        "instant",
        120,
        "List the keys stored for this person that begin with `prefix`, in order.",
    ),
)

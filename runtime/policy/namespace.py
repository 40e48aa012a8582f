"""The global names that a file of a mini-program runs with."""

import builtins
import functools
import random
from collections.abc import Callable, Mapping
from typing import Any

from runtime.policy import contexts, guards, text
from runtime.policy.class_making import make_class
from runtime.policy.facade import Facade, names_of
from runtime.policy.modules import NowMs, make_modules
from runtime.policy.names import EXCEPTIONS, PLAIN_BUILTINS

# Given the dotted name of one of the program's own files, returns it, or None if there is none.
Importer = Callable[[str], Facade | Mapping[str, Any] | None]
Log = Callable[[str], None]


class Library:
    """Everything that the files of one program can name beside each other.

    Made once in a process, and in the zygote at that: it is several thousand objects, which all
    workers share as long as nobody writes to them, and nothing in it can be written to by a
    program.  ``sdk_modules`` is what imports of the SDK give: ``{"sdk": {"Page": Page, "api":
    {…}}}``; nested dicts become read-only groups.  Classes in it may be subclassed.
    """

    def __init__(
        self,
        *,
        sdk_modules: Mapping[str, Any],
        program_modules: Importer,
        log: Log,
        now_ms: NowMs,
        rng: random.Random,
    ) -> None:
        sdk = {each: as_facade(each, members) for each, members in sdk_modules.items()}
        modules = make_modules(now_ms=now_ms, rng=rng) | sdk
        self._names = {
            "__builtins__": _builtins(_import_guard(modules, program_modules), log),
            "__metaclass__": functools.partial(
                make_class, bases_allowed=_BASES | frozenset(_classes(sdk.values()))
            ),
            "_AnyError_": Exception,
            "_apply_": guards.call,
            "_getattr_": guards.get_attribute,
            "_getitem_": guards.get_item,
            "_inplacevar_": guards.in_place,
            "_owner_": guards.owner,
            "_percent_": text.percent,
            "_shown_": text.shown,
            "_super_init_": guards.get_super_init,
            "_with_": contexts.entered,
            "_write_": guards.writable,
        }

    def globals_for(self, name: str) -> dict[str, Any]:
        """Return fresh globals for the file with this dotted name, which its classes carry."""
        return {**self._names, "__name__": name}


def make_globals(
    *,
    sdk_modules: Mapping[str, Any],
    program_modules: Importer,
    log: Log,
    now_ms: NowMs,
    rng: random.Random,
    name: str = "program",
) -> dict[str, Any]:
    """Return fresh globals for one file with a library of its own."""
    library = Library(
        sdk_modules=sdk_modules,
        program_modules=program_modules,
        log=log,
        now_ms=now_ms,
        rng=rng,
    )
    return library.globals_for(name)


def as_facade(name: str, members: Any) -> Any:
    """Make a read-only group of a dict, and of the dicts in it; leave everything else."""
    if type(members) is not dict:
        return members
    return Facade(name, {key: as_facade(f"{name}.{key}", each) for key, each in members.items()})


def as_module(name: str, values: Mapping[str, Any]) -> Facade:
    """Show one file of a program to another: its public names, as they are at each look."""
    return Facade(f"module {name}", _Public(values))


class _Public(dict[str, Any]):
    """A live view of a file's globals without the names of the sandbox."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self._values = values

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name[:1] != "_" and name in self._values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


_BASES = frozenset(getattr(builtins, name) for name in EXCEPTIONS)


def _builtins(importer: Callable[..., Any], log: Log) -> dict[str, Any]:
    def write(*values: Any, sep: str | None = " ", end: str | None = "") -> None:
        sep, end = " " if sep is None else sep, "" if end is None else end
        # Another class's `join` would be given a generator of ours.
        if type(sep) is not str or type(end) is not str:
            raise TypeError("sep and end of print are texts")
        log(sep.join(text.to_text(value) for value in values) + end)

    given = {name: getattr(builtins, name) for name in (*PLAIN_BUILTINS, *EXCEPTIONS)}
    return given | {
        "__build_class__": builtins.__build_class__,
        "__import__": importer,
        "str": Facade("str", _STR_NAMES, call=text.to_text, real=str),
        "bytes": Facade("bytes", _BYTES_NAMES, call=text.to_bytes, real=bytes),
        "repr": text.to_repr,
        "ascii": text.to_ascii,
        "format": text.to_formatted,
        "print": write,
        "hash": guards.to_hash,
        "getattr": guards.get_attribute_or,
        "hasattr": guards.has_attribute,
        "setattr": guards.set_attribute,
        "isinstance": guards.is_instance,
        "issubclass": guards.is_subclass,
    }


# `str` as a type would turn anything into text with its address, so programs get a façade; these
# are its methods, as in str.join or str.maketrans.
_STR_NAMES: dict[str, Any] = {name: getattr(str, name) for name in guards.ATTRIBUTES[str]} | {
    "format": text.format_text,
    "encode": text.encode,
}

# `bytes` as a type would look up any codec, which imports it.
_BYTES_NAMES: dict[str, Any] = {name: getattr(bytes, name) for name in guards.ATTRIBUTES[bytes]} | {
    "decode": text.decode
}


def _classes(facades: Any) -> list[type]:
    return [
        each
        for facade in facades
        if type(facade) is Facade
        for each in names_of(facade).values()
        if isinstance(each, type)
    ]


def _import_guard(modules: Mapping[str, Facade], importer: Importer) -> Callable[..., Any]:
    """Return what import statements call: façades and the program's own files, nothing else."""

    def find(name: str) -> Facade | None:
        found = modules.get(name)
        if found is None:
            own = importer(name)
            found = own if own is None or isinstance(own, Facade) else as_module(name, own)
        return found

    def guarded_import(
        name: str,
        names: object = None,  # noqa: ARG001  (the interpreter passes globals and locals)
        scope: object = None,  # noqa: ARG001
        wanted: tuple[str, ...] | None = None,
        level: int = 0,
        /,
    ) -> Facade:
        if level or type(name) is not str:
            raise ImportError("relative imports are not available")
        module = find(name)
        if module is None:
            # `from pages.cart import prices`: the folder is no file, but its files are.
            files = {each: find(f"{name}.{each}") for each in wanted or ()}
            if not files or None in files.values():
                raise ImportError(f"the module {name!r} is not available in a mini-program")
            return Facade(f"folder {name}", files)
        for each in wanted or ():
            if each[:1] == "_" or each not in names_of(module):
                raise ImportError(f"cannot import {each!r} from {name!r}")
        return module

    return guarded_import

"""A program inside its worker: its files, its pages, what a page remembers.

Files are run when they are first needed, so that a start costs only the page that is opened.  A
page has no life of its own: for each event a fresh instance is made from the state in the event,
and when the event fails the instance is simply dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import CO_VARARGS
from types import CodeType, FunctionType, MappingProxyType
from typing import Any

import msgspec

from runtime import messages as m
from runtime import plain
from runtime.language import Language
from sdk.contract.events import COMPONENT_LIFE, LIFE_CYCLE

ATTRIBUTE_LENGTH_MAX = 100
# Where the components of a package stand.
COMPONENTS = "components/"
# Path of the file of the program as a whole, without ``.py``.
APP = "app"
NOTHING_GIVEN: Mapping[str, msgspec.Raw] = MappingProxyType({})
# Where an instance keeps the text of what nobody has looked at yet.  No program can name it.
KEPT = "_kept_"
# Public names of a class that are neither state nor handlers.
_NOT_STATE = (staticmethod, classmethod)
_split_state = msgspec.json.Decoder(dict[str, msgspec.Raw])
_read_state = msgspec.json.Decoder(dict[str, Any])
_read_value = msgspec.json.Decoder()


def is_no_page(path: str) -> bool:
    """Tell whether a handler at this path is of a component or of the program as a whole."""
    return path == APP or path.startswith(COMPONENTS)


class ProgramError(Exception):
    """The program does not keep the rules of pages.  ``reason`` as in ``EventFailedError``."""

    def __init__(self, reason: str, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class PageClass:
    """One page: how to make it, and which of its methods may be called from outside."""

    make: Callable[[], Any]
    # Looked up once, when the file was run: a program cannot smuggle in a handler later.
    handlers: Mapping[str, FunctionType]
    # JSON text of each default, so that no two instances share a list or a dict.
    defaults: Mapping[str, bytes]
    # Properties: worked out after each event and shown like attributes.
    computed: Mapping[str, property]


class LateValue:
    """An attribute whose text is read when a handler first looks at it; most never are.

    Not a data descriptor: what is in the instance goes before it, at the speed of the interpreter.
    """

    __slots__ = ("_default", "_name")

    def __init__(self, name: str, default: bytes) -> None:
        self._name = name
        self._default = default

    def __get__(self, page: Any, _class: type) -> Any:
        """Read the value into the instance, and return it."""
        values = vars(page)
        text = values[KEPT].get(self._name, self._default)
        value = values[self._name] = _read_value.decode(text)
        return value


@dataclass(frozen=True, slots=True)
class Changes:
    """How a page's state differs from what it was."""

    changed: dict[str, msgspec.Raw]
    removed: list[str]


class Program:
    """The files of one program and what came of running them."""

    def __init__(self, files: Mapping[str, CodeType], language: Language) -> None:
        self._files = files
        self._language = language
        language.import_file = self._import_file
        self._modules: dict[str, Any] = {}
        self._pages: dict[str, PageClass] = {}
        self._being_run: set[str] = set()

    @property
    def is_running_a_file(self) -> bool:
        """Tell whether a file is being run now, and not a handler."""
        return bool(self._being_run)

    def has_file(self, path: str) -> bool:
        """Tell whether a code object's file name is one of the program's files."""
        return path in self._files

    def page(self, page: str) -> PageClass:
        """Return the page at this path, running its file if it is the first time."""
        found = self._pages.get(page)
        if found is None:
            found = self._pages[page] = self._find_page(f"{page}.py")
        return found

    def call(self, function: FunctionType, page: Any, argument: tuple[Any, ...]) -> Any:
        """Call a handler with as much of the argument as it takes."""
        code = function.__code__
        if code.co_argcount <= len(argument) and not code.co_flags & CO_VARARGS:
            argument = argument[: max(0, code.co_argcount - 1)]
        return function(page, *argument)

    def argument(self, handler: str, payload: bytes, query: bytes) -> tuple[Any, ...]:
        """Return what the handler is given, as ``sdk.contract.events`` promises."""
        if handler == "on_load":
            return (_read_state.decode(query),)
        fields = _read_state.decode(payload)
        given: tuple[Any, ...] = ()
        if handler == "on_share":
            given = (fields.get("source", "menu"),)
        elif handler == "migrate":
            given = (fields.get("state", {}), fields.get("from_version", ""))
        elif handler == "on_launch":
            given = (fields,)
        elif handler == "on_error" or "ok" in fields:
            given = (self._language.record(fields),)
        elif handler not in LIFE_CYCLE and handler not in COMPONENT_LIFE:
            tap = {"type": "tap", "dataset": {}, "value": None, "fields": {}, **fields}
            given = (self._language.record(tap),)
        return given

    def _import_file(self, name: str) -> Any:
        """Return the module for a dotted name of the program's own, or None if it has none."""
        path = name.replace(".", "/") + ".py"
        if path not in self._files:
            return None
        if path not in self._modules:
            self._run_file(path)
        return self._modules[path]

    def _run_file(self, path: str) -> dict[str, Any]:
        if path in self._being_run:
            raise ProgramError("load", "files import each other in a circle", path)
        self._being_run.add(path)
        try:
            names = self._language.globals_for(_module_name(path))
            exec(self._files[path], names)  # noqa: S102  (this is what the box is for)
        finally:
            self._being_run.discard(path)
        self._modules[path] = self._language.module(_module_name(path), names)
        return names

    def _find_page(self, path: str) -> PageClass:
        if path not in self._files:
            raise ProgramError("load", f"the program has no page file {path}", path)
        # Run again even if another file has imported it: a page's class must be the one that its
        # own file defines, and imported modules do not keep private names.
        names = self._run_file(path)
        name = _module_name(path)
        base: type = self._language.page_class
        if path.startswith(COMPONENTS):
            base = self._language.component_class
        elif path == f"{APP}.py":
            base = self._language.app_class
        classes = [
            each
            for each in names.values()
            if isinstance(each, type)
            and issubclass(each, base)
            and each is not base
            and each.__module__ == name
        ]
        bases = {base for each in classes for base in each.__bases__}
        classes = [each for each in dict.fromkeys(classes) if each not in bases]
        if len(classes) != 1:
            what = f"needs one class made from {base.__name__}, has {len(classes)}"
            raise ProgramError("load", what, path)
        return _read_class(classes[0], base, path)


def run_handler(program: Program, event: m.RunEvent, bytes_max: int) -> tuple[Changes, Any]:
    """Run a handler on a fresh instance; return what has changed, and what is handed on."""
    page_class = program.page(event.page)
    handler = page_class.handlers.get(event.handler)
    page = page_class.make()
    is_part = event.page.startswith(COMPONENTS)
    given = give(page, event.query) if is_part else NOTHING_GIVEN
    before = fill(page, page_class, event.state)
    result = None
    if handler is not None:
        argument = program.argument(event.handler, event.payload, event.query)
        result = program.call(handler, page, argument)
    elif event.handler not in (COMPONENT_LIFE if is_part else LIFE_CYCLE):
        raise ProgramError("no_handler", f"the page has no handler {event.handler!r}")
    if event.page == APP:
        _refuse_memory(page, page_class)
        return Changes({}, []), None
    changes = compare(page, page_class, before, bytes_max, given)
    # What changed counts twice here, which is cheap and nearly always small enough.
    written = sum(len(name) + len(bytes(text)) + 4 for name, text in changes.changed.items())
    if len(event.state) + written > bytes_max:
        _refuse_large(changes, before, bytes_max)
    if is_part:
        return changes, _emitted_by(page, event.handler)
    # Only a card is handed on; what other handlers return is nobody's business.
    return changes, result if event.handler == "on_share" else None


def _refuse_memory(app: Any, app_class: PageClass) -> None:
    """Say that an App keeps nothing, before a merchant counts on it."""
    for name, value in vars(app).items():
        if name[:1] == "_":
            continue
        if name not in app_class.defaults or not plain.same_text(value, app_class.defaults[name]):
            what = f"self.{name}: an App keeps nothing; use api.storage.set(…)"
            raise ProgramError("state", what)


def _emitted_by(part: Any, handler: str) -> list[Any]:
    """Return what a component has told whoever uses it."""
    emitted: list[Any] = vars(part).get("_emitted_", [])
    if emitted and handler == "on_detach":
        raise ProgramError("state", "on_detach can emit nothing: the component is gone")
    return emitted


def give(part: Any, props: bytes) -> Mapping[str, msgspec.Raw]:
    """Give a component its properties; return the text of each."""
    vars(part).update(_read_state.decode(props))
    return _split_state.decode(props)


def fill(page: Any, page_class: PageClass, state: bytes) -> dict[str, msgspec.Raw]:
    """Give an instance its state; return the text of each value as it was."""
    before = _split_state.decode(state)
    values = vars(page)
    values[KEPT] = before
    for name in before.keys() - page_class.defaults.keys():
        values[name] = _read_value.decode(before[name])
    return before


def compare(
    page: Any,
    page_class: PageClass,
    before: dict[str, msgspec.Raw],
    bytes_max: int,
    given: Mapping[str, msgspec.Raw],
) -> Changes:
    """Return what has changed, by comparing texts; refuse what cannot be state.

    ``given`` are the properties of a component, which it can only read.
    """
    changed: dict[str, msgspec.Raw] = {}
    values = vars(page)
    defaults, kept = page_class.defaults, values[KEPT]
    for name, default in defaults.items():
        # What is still kept nobody has looked at, so nobody has changed it.
        if name not in values and name not in kept:
            # `del self.name` uncovers the default of the class, as everywhere in Python.
            values[name] = _read_value.decode(default)
    for name, shown in page_class.computed.items():
        values[name] = shown.__get__(page)
    for name, value in values.items():
        if name not in defaults and not _is_state(name):
            continue
        if name in given:
            _check_unchanged(name, value, given[name])
            continue
        old = before.get(name)
        if old is not None and type(value) is not str and plain.same_text(value, bytes(old)):
            continue
        try:
            text = plain.encode(value, bytes_max)
        except plain.NotPlainError as error:
            raise ProgramError("state", f"self.{name}: {error}") from None
        if old is None or bytes(old) != text:
            changed[name] = msgspec.Raw(text)
    removed = [name for name in before if name not in values and name not in defaults]
    return Changes(changed, removed)


def _is_state(name: Any) -> bool:
    """Tell whether an attribute that is not in the class is part of the page's data."""
    if type(name) is not str or len(name) > ATTRIBUTE_LENGTH_MAX:
        raise ProgramError("state", f"self has an attribute name that is not text: {name!r}")
    return name[:1] != "_"


def _refuse_large(changes: Changes, before: Mapping[str, msgspec.Raw], bytes_max: int) -> None:
    after = {**before, **changes.changed}
    for name in changes.removed:
        del after[name]
    size = 2 + sum(len(name) + len(bytes(text)) + 4 for name, text in after.items())
    if size > bytes_max:
        raise ProgramError("state", f"the page's data has {size} bytes; {bytes_max} are allowed")


def _check_unchanged(name: str, value: Any, text: msgspec.Raw) -> None:
    if not plain.same_text(value, bytes(text)):
        what = f"self.{name} is given by whoever uses the component: emit an event instead"
        raise ProgramError("state", what)


def _read_class(cls: type, base: type, path: str) -> PageClass:
    handlers: dict[str, FunctionType] = {}
    defaults: dict[str, bytes] = {}
    computed: dict[str, property] = {}
    # Classes that are no pages themselves may lend a page their methods, too.
    own = [each for each in reversed(cls.__mro__) if each not in (base, object)]
    for each in own:
        for name, value in vars(each).items():
            if name.startswith("_"):
                continue
            for earlier in (handlers, defaults, computed):
                earlier.pop(name, None)
            if type(value) is FunctionType:
                handlers[name] = value
                continue
            if type(value) is property:
                computed[name] = value
                continue
            if isinstance(value, _NOT_STATE):
                continue
            try:
                defaults[name] = plain.encode(value)
            except plain.NotPlainError as error:
                raise ProgramError("load", f"{cls.__name__}.{name}: {error}", path) from None
    return PageClass(_maker(cls, defaults), handlers, defaults, computed)


def _maker(cls: type, defaults: Mapping[str, bytes]) -> Callable[[], Any]:
    """Return what makes an instance whose attributes are read late.

    In a class of its own below the program's, which stays what the program wrote.
    """
    late: dict[str, Any] = {name: LateValue(name, text) for name, text in defaults.items()}
    names = {**late, "__module__": cls.__module__, "__delattr__": _delete}
    below = type(cls)(cls.__name__, (cls,), names)
    # Not below(): a page's __init__ would run outside its state, and life begins in on_load.
    return lambda: object.__new__(below)


def _delete(page: Any, name: str) -> None:
    """Do what ``del self.name`` does, whether the value was looked at or not."""
    values = vars(page)
    kept = values.get(KEPT, NOTHING_GIVEN)
    values[KEPT] = {each: text for each, text in kept.items() if each != name}
    if name in values or name not in kept:
        object.__delattr__(page, name)


def _module_name(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")

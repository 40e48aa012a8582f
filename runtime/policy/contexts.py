"""``with`` for mini-programs: the interpreter never enters an object of theirs.

``__exit__`` is handed a traceback, and a traceback leads to frames: so each ``with`` enters a
stand-in of ours, which calls the program's ``__exit__`` with None in its place.  What ends a block
without being an ``Exception`` (the limit on processor time, a generator that is put away) cannot
be held up, and is told as a ``RuntimeError``, because no mini-program can name it.
"""

import types
from collections.abc import Callable
from typing import Any

from runtime.policy import guards
from runtime.policy.classes import ProgramErrorType, ProgramType, is_of_program
from runtime.policy.names import EXCEPTIONS

_NAMED = frozenset(EXCEPTIONS)
# Leaves a block: given what ended it, says whether it is settled.
_Exit = Callable[[BaseException | None], bool]


class Manager:
    """What ``suppress(…)`` and functions with ``@contextmanager`` give.

    The guards give it no attributes.
    """

    __slots__ = ("enter", "leave")

    def __init__(self, enter: Callable[[], Any], leave: _Exit) -> None:
        self.enter = enter
        self.leave = leave


class _Entered:
    """What the interpreter enters; no program ever holds one."""

    __slots__ = ("_enter", "_exit")

    def __init__(self, enter: Callable[[], Any], leave: _Exit) -> None:
        self._enter = enter
        self._exit = leave

    def __enter__(self) -> Any:
        return self._enter()

    def __exit__(
        self, _kind: object, error: BaseException | None, _traceback: types.TracebackType | None
    ) -> bool:
        is_settled = self._exit(error)
        return bool(is_settled) and isinstance(error, Exception)


def entered(obj: Any, /) -> _Entered:
    """Return what ``with obj`` enters."""
    kind = type(obj)
    if kind is Manager:
        return _Entered(obj.enter, obj.leave)
    if isinstance(kind, ProgramType) and all(
        is_of_program(kind, name) for name in ("__enter__", "__exit__")
    ):
        return _Entered(obj.__enter__, lambda error: _leave(obj, error))
    raise TypeError(f"{kind.__name__} cannot stand in 'with': it has no __enter__ and __exit__")


def _leave(obj: Any, error: BaseException | None) -> bool:
    if error is None:
        obj.__exit__(None, None, None)
        return False
    if not isinstance(error, Exception):
        error = RuntimeError("the block was ended from outside")
    return bool(obj.__exit__(_shown_kind(error), error, None))


def _shown_kind(error: Exception) -> type:
    """Return the class of an error, or the next one above it that a program can name."""
    for kind in type(error).__mro__:
        if isinstance(kind, ProgramErrorType) or kind in guards.ERROR_ATTRIBUTES:
            return kind
        if kind.__module__ == "builtins" and kind.__name__ in _NAMED:
            return kind
    return Exception


# contextlib.


def _suppress(*kinds: Any) -> Manager:
    for kind in kinds:
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            raise TypeError("suppress takes classes of exceptions")
    return Manager(lambda: None, lambda error: isinstance(error, kinds))


def _nullcontext(value: Any = None, /) -> Manager:
    return Manager(lambda: value, lambda _error: False)


def _closing(thing: Any, /) -> Manager:
    close = guards.get_attribute(thing, "close")

    def leave(_error: BaseException | None) -> bool:
        close()
        return False

    return Manager(lambda: thing, leave)


def _contextmanager(function: Callable[..., Any], /) -> Callable[..., Manager]:
    def make(*args: Any, **keywords: Any) -> Manager:
        steps = function(*args, **keywords)
        if type(steps) is not types.GeneratorType:
            raise TypeError("contextmanager is for functions with one yield")
        return Manager(lambda: _first(steps), lambda error: _last(steps, error))

    return make


def _first(steps: Any) -> Any:
    for value in steps:
        return value
    raise RuntimeError("a context manager has to yield once")


def _last(steps: Any, error: BaseException | None) -> bool:
    if error is None:
        for _ in steps:
            raise RuntimeError("a context manager yields once only")
        return False
    try:
        steps.throw(error)
    except StopIteration as stop:
        return stop is not error
    except BaseException as raised:
        # What the block raised goes on by itself; anything else is new.
        if raised is error or (isinstance(error, StopIteration) and raised.__cause__ is error):
            return False
        raise
    raise RuntimeError("a context manager yields once only")


CONTEXT_NAMES: dict[str, Any] = {
    "closing": _closing,
    "contextmanager": _contextmanager,
    "nullcontext": _nullcontext,
    "suppress": _suppress,
}

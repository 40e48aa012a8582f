"""What every ``class`` statement of a mini-program calls in the place of ``type``."""

from typing import Any

from runtime.policy.classes import ProgramErrorType, ProgramType, plain_repr
from runtime.policy.enums import EnumType, make_enum, with_family
from runtime.policy.facade import Facade, TypeHint
from runtime.policy.names import ALLOWED_DUNDERS, FIELDS_NAME, TEMPORARY_PREFIX, is_reserved
from runtime.policy.tuples import NAMED_TUPLE, NamedRecord, make_named

TYPED_DICT = Facade("TypedDict", {}, real=TypeHint)
_OF_THE_STATEMENT = frozenset(
    {"__module__", "__qualname__", "__doc__", "__classcell__", FIELDS_NAME}
)


def make_class(
    name: str,
    bases: tuple[Any, ...],
    namespace: dict[str, Any],
    *,
    bases_allowed: frozenset[type],
) -> Any:
    """Make a class of the mini-program: the metaclass of every ``class`` statement.

    Built-in types cannot be subclassed: a subclass of ``str`` would pass for one where the
    interpreter looks, and behave otherwise.
    """
    _check_names(name, namespace)
    if any(each is NAMED_TUPLE for each in bases):
        return _make_tuple(name, bases, namespace)
    if any(each is TYPED_DICT for each in bases):
        return Facade(name, {}, call=dict, real=dict)
    bases = with_family(bases)
    for base in bases:
        is_own = isinstance(base, ProgramType) and base is not NamedRecord
        if not is_own and base not in bases_allowed:
            raise TypeError(
                f"class {name}: only Page, exceptions and your own classes can be bases"
            )
    if any(type(base) is EnumType for base in bases):
        return make_enum(name, bases, namespace)
    is_error = any(issubclass(base, BaseException) for base in bases)
    if not is_error and not any("__repr__" in base.__dict__ for base in bases):
        namespace.setdefault("__repr__", plain_repr)
    return (ProgramErrorType if is_error else ProgramType)(name, bases, namespace)


def _check_names(name: str, namespace: dict[str, Any]) -> None:
    # What `d[k] += 1` in the body of the class left behind.
    for key in [key for key in namespace if key.startswith(TEMPORARY_PREFIX)]:
        del namespace[key]
    for key in namespace:
        is_own = key in _OF_THE_STATEMENT
        if is_reserved(key) and not is_own and key not in ALLOWED_DUNDERS:
            raise TypeError(f"class {name}: {key} cannot be set here")


def _make_tuple(name: str, bases: tuple[Any, ...], namespace: dict[str, Any]) -> type:
    """Make ``class Point(NamedTuple)``: its annotated names are its fields."""
    if len(bases) != 1:
        raise TypeError(f"class {name}: NamedTuple stands alone")
    fields = namespace.pop(FIELDS_NAME, ())
    defaults = {each: namespace.pop(each) for each in fields if each in namespace}
    for each in ("__init__", "__setattr__", "_items_"):
        if each in namespace:
            raise TypeError(f"class {name}: a NamedTuple has no {each} of its own")
    return make_named(name, fields, defaults, namespace)

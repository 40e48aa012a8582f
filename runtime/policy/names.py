"""Which names a mini-program has, which it lacks, and what to use instead."""

import builtins
import sys
from collections.abc import Mapping


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Magic methods that a class may define: none of them can reach what a plain method could not.
# Missing on purpose: everything that changes how attributes or classes work (__getattr__,
# __new__, __init_subclass__, __class_getitem__, __set_name__), and everything that is called behind
# the program's back (__del__, __reduce__).  `with` itself never calls __exit__: see ``contexts``.
ALLOWED_DUNDERS = frozenset(
    f"__{name}__"
    for name in _words(
        "init str repr len bool contains iter next eq ne lt le gt ge hash call"
        " getitem setitem delitem reversed"
        " add sub mul truediv floordiv mod pow neg pos abs round int float index"
        " radd rsub rmul rtruediv rfloordiv rmod rpow iadd isub imul itruediv ifloordiv imod"
        " and or xor invert rand ror rxor iand ior ixor lshift rshift matmul divmod"
        " trunc floor ceil post_init enter exit"
    )
)
# Names that the rewritten source makes for itself; they begin with an underscore, as no name of a
# mini-program may.
TEMPORARY_PREFIX = "_tmp"
# Nobody should have to look twice at a program to see which of the two it means.
_LOOKS_LIKE_A_GUARD = frozenset(
    _words(
        "_getattr _getitem _getiter _owner _write _apply _inplacevar _print _shown _percent _with"
    )
)


def is_reserved(name: str) -> bool:
    """Tell whether a name belongs to the sandbox or the interpreter.

    ``_private`` is free: what the rewritten source makes for itself has an underscore at both
    ends, and everything of the interpreter begins with two.
    """
    if name[:1] != "_":
        return name.endswith("__roles__")
    if name[:2] == "__" or name.startswith(TEMPORARY_PREFIX) or name in _LOOKS_LIKE_A_GUARD:
        return True
    return name != "_" and name[-1:] == "_"


# Built-ins that are given as they are.
PLAIN_BUILTINS = _words(
    "abs all any bin bool callable chr dict divmod enumerate filter float frozenset hex int"
    " iter len list map max min next oct ord pow range reversed round set slice sorted sum tuple"
    " zip property staticmethod classmethod super None True False Ellipsis NotImplemented"
)
EXCEPTIONS = _words(
    "ArithmeticError AssertionError AttributeError Exception ImportError IndexError KeyError"
    " LookupError NameError NotImplementedError OverflowError RecursionError RuntimeError"
    " StopIteration TypeError UnicodeError ValueError ZeroDivisionError"
)
# Built-ins that are given in a version of ours.
REPLACED_BUILTINS = _words(
    "str bytes repr ascii format hash print getattr hasattr setattr isinstance issubclass"
)
AVAILABLE_BUILTINS = frozenset((*PLAIN_BUILTINS, *EXCEPTIONS, *REPLACED_BUILTINS))
# Every name that Python knows and a mini-program does not.
MISSING_BUILTINS = frozenset(dir(builtins)) - AVAILABLE_BUILTINS

# The annotated names of a decorated class, in their order: annotations themselves never run.
FIELDS_NAME = "_fields_"

_NO_HOST_ACCESS = "a mini-program reaches nothing but api.*"
BUILTIN_FIXES: Mapping[str, str] = {
    "open": "use api.storage.set(…) and api.storage.get(…)",
    "input": "put an <input> into the template and read event.value",
    "eval": "write the expression itself; for data use json.loads(…)",
    "exec": "write the code itself",
    "compile": "write the code itself",
    "globals": "keep values in attributes of the page",
    "locals": "keep values in a dict of your own",
    "vars": "keep values in a dict of your own",
    "dir": "write the names you need",
    "type": "use isinstance(value, int)",
    "object": "write class Name: without a base",
    "id": "compare with == or give things an id of your own",
    "delattr": "set the attribute to None",
    "bytearray": "use bytes or a list of numbers",
    "memoryview": "use bytes",
    "complex": "use two numbers",
    "help": "read the reference in docs/reference",
    "exit": "return from the handler",
    "quit": "return from the handler",
    "breakpoint": "use api.log.info(…)",
    "BaseException": "use Exception",
    "KeyboardInterrupt": "use Exception",
    "SystemExit": "return from the handler",
    "GeneratorExit": "use Exception",
    "ExceptionGroup": "raise one exception",
    "OSError": _NO_HOST_ACCESS,
    "__import__": "write an import statement",
    "__name__": "leave the test out: a file is only ever imported by the host",
    "__file__": _NO_HOST_ACCESS,
}
MODULE_FIXES: Mapping[str, str] = {
    "os": _NO_HOST_ACCESS,
    "sys": _NO_HOST_ACCESS,
    "io": _NO_HOST_ACCESS,
    "pathlib": _NO_HOST_ACCESS,
    "subprocess": _NO_HOST_ACCESS,
    "socket": _NO_HOST_ACCESS,
    "ctypes": _NO_HOST_ACCESS,
    "threading": "handlers run one after another; there is nothing to lock",
    "asyncio": "host calls are plain calls; answers of people come to the handler named in then=",
    "requests": _NO_HOST_ACCESS,
    "urllib": _NO_HOST_ACCESS,
    "http": _NO_HOST_ACCESS,
    "abc": "write a plain class whose methods raise NotImplementedError",
    "logging": "use api.log.info(…)",
    "hashlib": "nothing here needs a hash; compare the values",
    "secrets": "use random: the host gives each event a seed of its own",
    "base64": "send images by their name under assets/",
    "pickle": "use json",
    "sqlite3": "use api.storage",
    "zoneinfo": "use timezone(timedelta(hours=8)) of datetime",
    "contextvars": "keep values in self",
    "html": "write the text: a template shows it as text, never as markup",
}

# Modules that exist elsewhere: whoever imports one means it, and not a file of the program.
KNOWN_MODULES = frozenset(sys.stdlib_module_names) | frozenset(MODULE_FIXES)

"""What the source of a mini-program may say, and what its names mean.

The inner of the walls: ``rules`` says what is refused and what to write instead, RestrictedPython
rewrites the rest so that every attribute, item and write passes ``guards``, and the modules a
program imports are façades.  It is a language subset, not a sandbox: memory errors of the
interpreter, endless loops and giant values are the business of the process around it
(``runtime.jail``), and what a program may legally ask is the bridge's.
"""

from runtime.policy.codes import LANGUAGE_RULES
from runtime.policy.facade import Facade, Record
from runtime.policy.namespace import Library, as_facade, as_module, make_globals
from runtime.policy.source import SourceRefusedError, check, compile_source

__all__ = [
    "LANGUAGE_RULES",
    "Facade",
    "Library",
    "Record",
    "SourceRefusedError",
    "as_facade",
    "as_module",
    "check",
    "compile_source",
    "make_globals",
]

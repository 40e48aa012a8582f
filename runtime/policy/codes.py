"""The rules of the language, one code each: the reference is made from this table."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGE_RULES: Mapping[str, str] = MappingProxyType(
    {
        "LANG000": "The compiler did not survive the file.",
        "LANG001": "The file is not Python: the message says what the parser expected.",
        "LANG002": "The file is too large, has too many parts or nests too deeply.",
        "LANG003": "The file has characters that a reader cannot see or that hide other text.",
        "LANG010": "A name begins with two underscores or has one at both ends: reserved names.",
        "LANG011": "An attribute belongs to the interpreter or leads out of the program.",
        "LANG012": "A built-in of Python is not available in a mini-program.",
        "LANG013": "A module is not available in a mini-program.",
        "LANG014": "A module does not have this name in a mini-program.",
        "LANG015": "Imports name one module and the names taken from it, from the package's root.",
        "LANG020": "`async` and `await` are not available: host calls are plain calls.",
        "LANG021": "`except*` is not available.",
        "LANG022": "A class statement takes bases only, no keywords.",
        "LANG023": "A pattern of `match` is a literal, a name, `Status.PAID`, a list or a dict.",
        "LANG025": "`return`, `break` and `continue` in `finally` would hide an error.",
        "LANG026": "A magic method is not available, or stands outside a class.",
        "LANG027": "A part of the language is not available.",
        "LANG030": "Warning: a variable of the module is shared by all people.",
        "LANG090": "The translation for the sandbox refused something no other rule names.",
    }
)

"""Writes the reference pages for merchants from the tables that the code itself uses.

``python -m runtime.reference`` writes ``docs/reference/``; a test compares the files with what this
module would write, so a page cannot say something else than the host does.
"""

import builtins
import inspect
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from runtime.package import PACKAGE_RULES
from runtime.policy.codes import LANGUAGE_RULES
from runtime.policy.guards import ATTRIBUTES
from runtime.policy.modules import STANDARD_MODULES
from runtime.policy.names import (
    ALLOWED_DUNDERS,
    AVAILABLE_BUILTINS,
    BUILTIN_FIXES,
    MODULE_FIXES,
)
from runtime.policy.source import DEPTH_MAX, NODES_MAX, SOURCE_BYTES_MAX
from runtime.program import PROGRAM_RULES
from runtime.view.codes import VIEW_RULES
from runtime.view.reference import describe_documents, describe_templates
from sdk.contract.capabilities import CAPABILITIES, Capability
from sdk.contract.codes import MANIFEST_RULES
from sdk.contract.errors import CALL_ERRORS
from sdk.contract.events import APP_LIFE, COMPONENT_LIFE, LIFE_CYCLE
from sdk.contract.manifest_schema import MANIFEST
from sdk.contract.schema import Items, Member, Members, Named
from sdk.contract.scopes import SCOPES
from sdk.page import idempotent

FOLDER = Path(__file__).parents[1] / "docs" / "reference"

# Every rule that a finding can name.
RULES: Mapping[str, str] = {
    **MANIFEST_RULES,
    **PACKAGE_RULES,
    **PROGRAM_RULES,
    **LANGUAGE_RULES,
    **VIEW_RULES,
}
_KINDS: Mapping[str, str] = {
    "instant": "answered inside the call",
    "wait": "returns at once; the answer comes to the handler named in `then`",
    "outside": "answered inside the call, by somebody else, within a time limit",
    "effect": "done by the shell once the handler has succeeded",
    "act": "done by the shell once the handler has succeeded; refused with `needs-act` unless a"
    " tap, a change, a long press or a sent form has set it off",
    "local": "never leaves the mini-program's process",
}
_TYPE_NAMES: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    type(None): "None",
    None: "nothing",
    Any: "any JSON value",
}


def pages() -> dict[str, str]:
    """Return every page of the reference by file name."""
    return {
        "capabilities.md": _capabilities(),
        "manifest.md": _manifest(),
        "language.md": _language(),
        "templates.md": describe_templates(),
        "ir.md": describe_documents(),
        "findings.md": _findings(),
    }


def write(folder: Path = FOLDER) -> None:
    """Write the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(title: str, intro: str, parts: Iterable[str]) -> str:
    note = "<!-- Made by `python -m runtime.reference` from the code's own tables. -->"
    return "\n\n".join([f"# {title}", note, intro, *parts]) + "\n"


# Capabilities.


def _capabilities() -> str:
    scopes = [
        f"| `{scope.name}` | {scope.title['en']} | {scope.consent_sentence['en']} |"
        f" {scope.consent_sentence['zh-Hans']} | {scope.doc} |"
        for scope in SCOPES.values()
    ]
    head = "| scope | title | people are asked | 中文 | what it gives |\n|---|---|---|---|---|"
    errors = [f"| `{code}` | {sentence} |" for code, sentence in CALL_ERRORS.items()]
    return _page(
        "Capabilities",
        (
            "Everything that a mini-program can ask of the host. `from sdk import api`, then"
            " `api.<name>(…)`. A refused call raises `ApiError` with a `code`."
        ),
        [
            *[_capability(each) for each in CAPABILITIES.values()],
            "## Scopes\n\n" + "\n".join([head, *scopes]),
            "## Codes of `ApiError`\n\n" + "\n".join(["| code | meaning |", "|---|---|", *errors]),
        ],
    )


def _capability(capability: Capability) -> str:
    fields = msgspec.structs.fields(capability.arguments)
    names = [f.name if f.required else f"{f.name}={_default(f)}" for f in fields]
    if capability.rest:
        names[-1] = f"**{capability.rest}"
    facts = [
        f"- {_KINDS[capability.kind]}",
        _scope(capability),
        f"- at most {capability.calls_per_minute} calls a minute",
        f"- since platform code {capability.since}",
    ]
    facts += [f"- `{f.name}`: {_type(f.type)}" for f in fields]
    label = "the handler gets" if capability.kind == "wait" else "returns"
    facts.append(f"- {label}: {_type(capability.result)}")
    return f"## `api.{capability.name}({', '.join(names)})`\n\n{capability.doc}\n\n" + "\n".join(
        facts
    )


def _scope(capability: Capability) -> str:
    if capability.scope is None:
        return "- no permission needed"
    said = f"- scope: `{capability.scope}`"
    if capability.scope_when is not None:
        argument, value, scope = capability.scope_when
        said += f"; with `{argument}` `{value}`: `{scope}`"
    return said


def _default(field: msgspec.structs.FieldInfo) -> str:
    return repr(field.default) if field.default is not msgspec.NODEFAULT else "{}"


def _type(kind: Any) -> str:
    """Name a type as a merchant knows it, with its limits."""
    args = typing.get_args(kind)
    match typing.get_origin(kind):
        case None:
            named = _TYPE_NAMES.get(kind)
            return named or _struct(kind)
        case typing.Annotated:
            said = _type(args[0]) + _limits(args[1])
        case typing.Literal:
            said = "one of " + ", ".join(f'"{each}"' for each in args)
        case builtins.list:
            said = f"list of {_type(args[0])}"
        case builtins.dict:
            said = f"dict of {_type(args[1])}"
        case _:
            said = " or ".join(_type(each) for each in args if each is not msgspec.UnsetType)
    return said


def _struct(kind: type[msgspec.Struct]) -> str:
    fields = [f"`{f.name}` ({_type(f.type)})" for f in msgspec.structs.fields(kind)]
    return f"{{{', '.join(fields)}}}"


def _limits(meta: msgspec.Meta) -> str:
    """Say the limits of a value that a merchant can run into."""
    said = []
    if meta.ge is not None or meta.le is not None:
        said.append(f"{meta.ge or 0} to {meta.le}")
    if meta.max_length is not None:
        said.append(f"{meta.min_length or 0} to {meta.max_length} long")
    return f" ({', '.join(said)})" if said else ""


# Manifest.


def _manifest() -> str:
    rows = ["| member | required | expected | what it is |", "|---|---|---|---|"]
    rows += _rows(MANIFEST, "")
    return _page(
        "Manifest",
        "`manifest.json` at the root of the package. Names follow the W3C MiniApp Manifest draft."
        " At upload nothing is ignored without a word: an unknown member is an error, and a member"
        " that changes nothing here is a warning (marked *unused*).",
        ["\n".join(rows)],
    )


def _rows(rule: Members, at: str) -> Iterable[str]:
    for name, member in rule.members.items():
        path = f"{at}.{name}" if at else name
        yield _row(path, member)
        inner = member.rule
        if isinstance(inner, Items):
            path, inner = f"{path}[]", inner.of
        elif isinstance(inner, Named):
            path, inner = f"{path}.<name>", inner.of
        if isinstance(inner, Members):
            yield from _rows(inner, path)


def _row(path: str, member: Member) -> str:
    doc = member.doc if member.used else f"{member.doc} *unused*"
    expected = member.rule.expected.replace("|", "\\|")
    return f"| `{path}` | {'yes' if member.required else ''} | {expected} | {doc} |"


# Language.

_APP_KEEPS = (
    "An App keeps nothing: its attributes are constants, which pages read as"
    " `from app import Shop` and `Shop.rate`."
)


def _language() -> str:
    fixes = {**BUILTIN_FIXES, **MODULE_FIXES}
    return _page(
        "Language",
        "A mini-program is written in Python 3.11: functions, classes, generators, comprehensions,"
        " f-strings, `match` on literals, members (`Status.PAID`), sequences and mappings,"
        " exceptions, `with` (whose exit method gets None as its traceback), enums, named tuples,"
        " `nonlocal`, annotations (which are never run). What is below is everything it has beside"
        " that.",
        [
            _list("Life cycle of a page", (f"`{n}` — {doc}" for n, doc in LIFE_CYCLE.items())),
            f"## `@idempotent`\n\n`from sdk import idempotent`. {inspect.getdoc(idempotent)}",
            _list(
                "`app.py`: a class made from `App`",
                (f"`{n}` — {doc}" for n, doc in APP_LIFE.items()),
            ),
            _APP_KEEPS,
            _list(
                "Life cycle of a component",
                (f"`{n}` — {doc}" for n, doc in COMPONENT_LIFE.items()),
            ),
            f"## Built-ins\n\n{_listed(AVAILABLE_BUILTINS)}",
            f"## Magic methods of your classes\n\n{_listed(ALLOWED_DUNDERS)}",
            _list(
                "Modules",
                (f"`{n}`: {_listed(each)}" for n, each in sorted(STANDARD_MODULES.items())),
            ),
            _list(
                "Methods of built-in types",
                (f"`{kind.__name__}`: {_listed(each)}" for kind, each in ATTRIBUTES.items()),
            ),
            _list(
                "Instead of what is missing", (f"`{n}`: {fix}" for n, fix in sorted(fixes.items()))
            ),
            _list(
                "Limits of a file",
                [
                    f"{SOURCE_BYTES_MAX // 1024} KiB",
                    f"{NODES_MAX} parts",
                    f"{DEPTH_MAX} levels deep",
                ],
            ),
        ],
    )


def _list(title: str, items: Iterable[str]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {item}" for item in items)])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


# Findings.


def _findings() -> str:
    return _page(
        "Findings",
        "What `hutong check`, the upload and the review can say. Each finding names file, line and"
        " column, the code of the rule, what was found, and behind the arrow what to do.",
        [f"## {code}\n\n{meaning}" for code, meaning in RULES.items()],
    )


if __name__ == "__main__":
    write()

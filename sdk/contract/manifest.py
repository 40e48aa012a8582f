"""The manifest of a mini-program, and the strict check at upload.

Names and meaning follow the W3C MiniApp Manifest draft; ``hutong`` holds what the draft leaves to
vendors.  The draft's algorithm skips what it does not understand.  At upload that would hide a
merchant's mistake until a customer meets it, so here everything that would be skipped is an error.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sdk.contract.documents import CollectionRule
from sdk.contract.findings import Finding, has_errors
from sdk.contract.manifest_schema import MANIFEST
from sdk.contract.message_text import FIELD_KINDS, has_open_link, has_words, read_fields
from sdk.contract.schema import Findings, check, plain
from sdk.contract.scopes import SCOPES
from sdk.contract.strict_json import JsonRefusedError, Node, parse

FILE = "manifest.json"
MANIFEST_BYTES_MAX = 64 * 1024
# A file of thousands of mistakes is no manifest, and nobody reads further.
FINDINGS_MAX = 100
# The platform code of this host: `platform_version.min_code` may ask for at most this.
HOST_CODE = 1

# Feature names of the draft's examples and of platforms that follow it.  None of them gives
# anything here, but a program written for several hosts may carry them.
KNOWN_SYSTEM_PERMISSIONS = frozenset(
    f"system.permission.{name}"
    for name in (
        *("BLUETOOTH", "CALENDAR", "CAMERA", "CLIPBOARD", "CONTACTS", "LOCATION", "MICROPHONE"),
        *("NETWORK", "NOTIFICATION", "PHONE", "PHOTOS", "RECORD", "SENSORS", "STORAGE", "VIBRATE"),
    )
)


@dataclass(frozen=True, slots=True)
class Icon:
    """A picture that stands for the mini-program."""

    src: str
    sizes: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope that the mini-program asks for, and why, by language."""

    scope: str
    required: bool
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of the bar at the bottom; its text by language."""

    page: str
    text: Mapping[str, str]
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class MessageTopic:
    """A sentence that the mini-program may send to people, by language."""

    topic: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that has passed the check.  The first page is where the program opens."""

    app_id: str
    name: str
    icons: tuple[Icon, ...]
    pages: tuple[str, ...]
    min_code: int
    version_name: str
    version_code: int
    short_name: str = ""
    description: str = ""
    lang: str = "en"
    dir: str = "auto"
    color_scheme: str = "auto"
    window: Mapping[str, str | int | bool] | None = None
    permissions: tuple[Permission, ...] = ()
    tab_bar: tuple[Tab, ...] = ()
    network: tuple[str, ...] = ()
    collections: Mapping[str, CollectionRule] = field(default_factory=dict)
    messages: tuple[MessageTopic, ...] = ()
    isolate: str = "program"


def validate_manifest(
    data: bytes, *, host_code: int = HOST_CODE, taken_ids: Collection[str] = ()
) -> tuple[Manifest | None, list[Finding]]:
    """Read ``manifest.json`` and report everything that is wrong with it, at once.

    The manifest is ``None`` when a finding is an error.  ``taken_ids`` are the ids of programs
    that this upload must not be confused with: an id that equals one of them in any mix of upper
    and lower case is refused.
    """
    if len(data) > MANIFEST_BYTES_MAX:
        message = f"has {len(data)} bytes"
        return None, [Finding(FILE, 0, 0, "MAN001", message, f"at most {MANIFEST_BYTES_MAX}")]
    try:
        root = parse(data)
    except JsonRefusedError as error:
        code = "MAN002" if "twice" in error.message else "MAN001"
        return None, [Finding(FILE, error.line, error.column, code, error.message, error.fix)]

    findings = Findings(FILE)
    check(root, MANIFEST, "", findings)
    if root.kind == "object":
        _check_identity(root, host_code, taken_ids, findings)
        _check_pages(root, findings)
        _check_permissions(root, findings)
        _check_messages(root, findings)
        _check_repeats(root, findings)
    found = sorted(findings.all)
    if has_errors(found):
        worst_first = sorted(found, key=lambda each: each.severity != "error")
        return None, sorted(worst_first[:FINDINGS_MAX])
    return _manifest(plain(root)), found


def page_route(path: str) -> str:
    """Return the route of a page as the manifest may write it: with or without ``.html``."""
    return path.removesuffix(".html")


def _node(root: Node, *names: str) -> Node | None:
    """Return a member below ``root``, or None where anything on the way is not an object."""
    node: Node | None = root
    for name in names:
        if node is None or node.kind != "object":
            return None
        node = node.value.get(name)
    return node


def _items(root: Node, *names: str) -> list[Node]:
    node = _node(root, *names)
    return node.value if node is not None and node.kind == "array" else []


def _check_identity(
    root: Node, host_code: int, taken_ids: Collection[str], findings: Findings
) -> None:
    app_id = _node(root, "app_id")
    taken = {each.casefold() for each in taken_ids}
    if app_id is not None and app_id.kind == "text" and app_id.value.casefold() in taken:
        findings.error(
            app_id,
            "MAN008",
            f'app_id is "{app_id.value}", which is taken (upper and lower case count as equal)',
            "choose another id, for example with your shop's name in it",
        )
    code = _node(root, "platform_version", "min_code")
    if code is not None and code.is_whole and int(code.value[:12]) > host_code:
        findings.error(
            code,
            "MAN009",
            f"platform_version.min_code is {code.shown()}, and this host has {host_code}",
            f"use features of at most {host_code}, or ask the host's operator to update",
        )
    version = _node(root, "version", "name")
    numbered = r"[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}"
    if version and version.kind == "text" and not re.fullmatch(numbered, version.value):
        findings.warn(
            version,
            "MAN020",
            f"version.name is {version.shown()}",
            'three numbers such as "1.0.0" are easier to compare',
        )


def _check_pages(root: Node, findings: Findings) -> None:
    """Every page named elsewhere must be one of ``pages``."""
    pages = [page_route(each.value) for each in _items(root, "pages") if each.kind == "text"]
    for number, item in enumerate(_items(root, "hutong", "tab_bar")):
        page = _node(item, "page")
        if page is not None and page.kind == "text" and page_route(page.value) not in pages:
            findings.error(
                page,
                "MAN010",
                f"hutong.tab_bar[{number}].page is {page.shown()}",
                "expected one of pages",
            )
    start = _node(root, "start_url")
    if start and start.kind == "text" and pages and page_route(start.value) != pages[0]:
        findings.error(start, "MAN010", f"start_url is {start.shown()}", f'expected "{pages[0]}"')


def _check_permissions(root: Node, findings: Findings) -> None:
    for number, item in enumerate(_items(root, "req_permissions")):
        name = _node(item, "name")
        if name is None or name.kind != "text":
            continue
        if name.value not in KNOWN_SYSTEM_PERMISSIONS:
            findings.error(
                name,
                "MAN011",
                f"req_permissions[{number}].name is {name.shown()}: no permission has this name",
                "ask in hutong.permissions for one of " + ", ".join(SCOPES),
            )


def _check_messages(root: Node, findings: Findings) -> None:
    """A sentence says the same in every language, leads nowhere, and has fields that exist."""
    messages = _node(root, "hutong", "messages")
    topics = messages.value if messages is not None and messages.kind == "object" else {}
    for topic, text in topics.items():
        texts = list(text.value.values()) if text.kind == "object" else [text]
        said = [each for each in texts if each.kind == "text"]
        fields = [read_fields(each.value) for each in said]
        at = f"hutong.messages.{topic}"
        if None in fields:
            fix = "write {name} or {name:kind} with one of " + ", ".join(FIELD_KINDS)
            findings.error(text, "MAN013", f"{at} has braces that are no field", fix)
        elif any(each != fields[0] for each in fields):
            message = f"{at} has other fields in one language than in another"
            findings.error(text, "MAN013", message, "use the same fields in every language")
        elif not all(has_words(each.value) for each in said):
            fix = "write the sentence around the fields: people read it, and a reviewer before them"
            findings.error(text, "MAN013", f"{at} says little or nothing beside its fields", fix)
        if any(has_open_link(each.value) for each in said):
            fix = "take it out: the message's card leads to your page"
            message = f"{at} has something like a link, or a field makes one"
            findings.error(text, "MAN013", message, fix)


def _check_repeats(root: Node, findings: Findings) -> None:
    """Two entries that mean the same thing: one of them would be ignored."""
    groups = (
        ("pages", [(each, each) for each in _items(root, "pages")]),
        ("hutong.permissions", _keyed(root, "scope", "hutong", "permissions")),
        ("hutong.tab_bar", _keyed(root, "page", "hutong", "tab_bar")),
        ("req_permissions", _keyed(root, "name", "req_permissions")),
        ("widgets", _keyed(root, "name", "widgets")),
        ("device_type", [(each, each) for each in _items(root, "device_type")]),
        ("hutong.network", [(each, each) for each in _items(root, "hutong", "network")]),
    )
    for at, entries in groups:
        seen: set[str] = set()
        for _, key in entries:
            if key.kind != "text":
                continue
            folded = page_route(key.value).casefold()
            if folded in seen:
                findings.error(
                    key,
                    "MAN012",
                    f"{at} has {key.shown()} twice (upper and lower case count as equal)",
                    "keep one of them",
                )
            seen.add(folded)


def _keyed(root: Node, key: str, *names: str) -> list[tuple[Node, Node]]:
    pairs = [(item, _node(item, key)) for item in _items(root, *names)]
    return [(item, found) for item, found in pairs if found is not None]


def _manifest(read: dict[str, Any]) -> Manifest:
    """Build the manifest from a document that has no errors."""
    own = read.get("hutong", {})
    return Manifest(
        app_id=read["app_id"],
        name=read["name"],
        icons=tuple(Icon(**icon) for icon in read["icons"]),
        pages=tuple(page_route(page) for page in read["pages"]),
        min_code=read["platform_version"]["min_code"],
        version_name=read["version"]["name"],
        version_code=read["version"]["code"],
        short_name=read.get("short_name", ""),
        description=read.get("description", ""),
        lang=read.get("lang", "en"),
        dir=read.get("dir", "auto"),
        color_scheme=read.get("color_scheme", "auto"),
        window=read.get("window"),
        permissions=tuple(
            Permission(each["scope"], each.get("required", False), _by_language(each["reason"]))
            for each in own.get("permissions", [])
        ),
        tab_bar=tuple(
            Tab(page_route(each["page"]), _by_language(each["text"]), each.get("icon"))
            for each in own.get("tab_bar", [])
        ),
        network=tuple(own.get("network", [])),
        collections={
            name: CollectionRule(each["read"], each["write"])
            for name, each in own.get("collections", {}).items()
        },
        messages=tuple(
            MessageTopic(topic, _by_language(text))
            for topic, text in own.get("messages", {}).items()
        ),
        isolate=own.get("isolate", "program"),
    )


def _by_language(text: str | dict[str, str]) -> dict[str, str]:
    return {"en": text} if isinstance(text, str) else text

"""Manifests with parts exchanged, doubled, taken away, or cut in the middle."""

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from runtime.findings import has_errors
from sdk.contract.manifest import validate_manifest
from tests.fuzz.edits import edit, edits, miniapp_files
from tests.fuzz.engine import Subject

_SEEDS = [json.loads(text) for text in miniapp_files("manifest.json")]
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["pages/../x", "/etc", "1e2", "en", "profile", "x" * 5000, "pages/menu/menu"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
_TOKENS = st.sampled_from(
    [
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\u0000",
        "\\ud800",
        "NaN",
        "1e999",
        "-0",
        "//",
        "\x00",
        "[" * 200,
        '{"a":' * 200,
        "9" * 5000,
        "\ufeff",
        "\u2028",
        '"app_id":"x",',
    ]
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value inside ``value``."""
    found = [path]
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        found += _paths(each, (*path, key))
    return found


@st.composite
def _changed(draw: st.DrawFn) -> bytes:
    """Exchange or take away a few values of a good manifest."""
    value = json.loads(json.dumps(draw(st.sampled_from(_SEEDS))))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(_paths(value)[1:] or [("hutong",)]))
        parent = value
        for step in way:
            parent = parent[step]
        if draw(st.booleans()):
            parent[last] = draw(_VALUES)
        else:
            del parent[last]
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        text = edit(text, draw(edits(_TOKENS)))
    return text.encode(errors="surrogatepass")


@st.composite
def _reworded(draw: st.DrawFn) -> bytes:
    """Exchange one text or number of a good manifest for another of its kind."""
    value = json.loads(json.dumps(draw(st.sampled_from(_SEEDS))))
    *way, last = draw(st.sampled_from(_paths(value)[1:]))
    parent = value
    for step in way:
        parent = parent[step]
    if isinstance(parent[last], str):
        parent[last] = draw(
            st.text(max_size=20) | st.sampled_from(["ltr", "zh-Hans", "a.b.c", "1.2"])
        )
    elif isinstance(parent[last], int):
        parent[last] = draw(st.integers(0, 3) | st.integers())
    return json.dumps(value).encode()


@st.composite
def _doubled(draw: st.DrawFn) -> bytes:
    """Say one key of an object twice."""
    value = draw(st.sampled_from(_SEEDS))
    key = draw(st.sampled_from(sorted(value)))
    twice = json.dumps({key: draw(_VALUES)})[1:-1]
    return b"{" + twice.encode() + b"," + json.dumps(value).encode()[1:]


def _examine(data: bytes) -> None:
    manifest, findings = validate_manifest(data)
    assert (manifest is None) == has_errors(findings)
    for finding in findings:
        assert finding.code.startswith("MAN"), finding
        assert finding.fix, finding
        assert len(str(finding)) < 2000, "a finding must be readable"
    if manifest is None:
        return
    # Read by anybody else it must say the same, and each name once.
    seen: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), "a name was taken twice"
        seen.extend(names)
        return dict(pairs)

    value = json.loads(data, object_pairs_hook=note)
    assert (manifest.app_id, list(manifest.pages)) == (value["app_id"], value["pages"])


SUBJECT = Subject(
    "manifest",
    _changed() | _reworded() | _reworded() | _doubled() | st.binary(max_size=60),
    _examine,
    500,
)

"""The strict check at upload: whatever would be silently ignored is an error that names the fix."""

import json
from pathlib import Path
from typing import Any

import pytest

from sdk.contract import Manifest, validate_manifest
from sdk.contract.manifest import MANIFEST_BYTES_MAX
from tests.manifests.vectors import problem

VECTORS = [
    vector
    for path in ("../data/manifest_vectors.json", "vectors_fresh.json")
    for vector in json.loads((Path(__file__).parent / path).read_text(encoding="utf-8"))
]
MINIMAL: dict[str, Any] = {
    "app_id": "com.example.tea",
    "name": "Tea",
    "icons": [{"src": "assets/icon.png"}],
    "pages": ["pages/home/home"],
    "platform_version": {"min_code": 1},
    "version": {"name": "1.0.0", "code": 1},
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    """The host says to each published vector what the vector expects."""
    assert "" == problem(vector)


def with_text(old: str, new: str) -> bytes:
    """The minimal manifest as text, changed where JSON itself is what is tried."""
    text = json.dumps(MINIMAL)
    assert old in text
    return text.replace(old, new, 1).encode()


def codes(data: bytes) -> list[str]:
    """Return the codes of the errors in a manifest."""
    manifest, findings = validate_manifest(data)
    errors = [finding.code for finding in findings if finding.severity == "error"]
    assert (manifest is None) == bool(errors)
    return errors


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (with_text('"name": "Tea"', '"name": "Tea", "name": "Coffee"'), ["MAN002"]),
        (with_text('"min_code": 1', '"min_code": NaN'), ["MAN001"]),
        (with_text('"min_code": 1', '"min_code": 1e0'), ["MAN003"]),
        (with_text('"min_code": 1', '"min_code": 1.0'), ["MAN003"]),
        (with_text('"min_code": 1', '"min_code": true'), ["MAN004"]),
        (with_text('"min_code": 1', '"min_code": 01'), ["MAN001"]),
        (with_text('"min_code": 1', '"min_code": ' + "9" * 50_000), ["MAN007", "MAN009"]),
        (with_text('"code": 1', '"code": 1e2'), ["MAN003"]),
        (with_text('"code": 1', '"code": null'), ["MAN004"]),
        (with_text('"Tea"', '"T\\ud800a"'), ["MAN001"]),
        (with_text('"Tea"', '"T\\u0000a"'), ["MAN007"]),
        (with_text('"Tea"', '"\\u202eaeT"'), ["MAN007"]),
        (with_text('"Tea"', "'Tea'"), ["MAN001"]),
        (b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode(), ["MAN001"]),
        (json.dumps(MINIMAL).encode("utf-16"), ["MAN001"]),
        (json.dumps(MINIMAL).encode() + b"{}", ["MAN001"]),
        (b"[" * 100_000, ["MAN001"]),
        (b'{"a":' * 10_000, ["MAN001"]),
        (b"", ["MAN001"]),
        (b"/* comment */ {}", ["MAN001"]),
        (b" " * (MANIFEST_BYTES_MAX + 1), ["MAN001"]),
    ],
)
def test_loose_json_is_refused(data: bytes, expected: list[str]) -> None:
    """What two readers could read differently is refused, in whatever way it is loose."""
    assert expected == codes(data)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pages": ["pages/a", "pages/A"]}, ["MAN012"]),
        ({"pages": ["pages/a", "pages/a.html"]}, ["MAN012"]),
        ({"pages": ["/pages/a"]}, ["MAN007"]),
        ({"pages": ["pages\\a"]}, ["MAN007"]),
        ({"pages": ["https://example.com/a"]}, ["MAN007"]),
        ({"pages": ["pages/%2e%2e/a"]}, ["MAN007"]),
        ({"pages": "pages/a"}, ["MAN004"]),
        ({"icons": [{"src": "../icon.png"}]}, ["MAN007"]),
        ({"icons": [{"src": "https://example.com/icon.png"}]}, ["MAN007"]),
        ({"icons": [{"src": "a.png", "sizes": "big"}]}, ["MAN007"]),
        ({"icons": [{"src": "a.png", "size": "48x48"}]}, ["MAN006"]),
        ({"icons": {"src": "a.png"}}, ["MAN004"]),
        ({"app_id": "a"}, []),
        ({"app_id": "com.example"}, []),
        ({"app_id": "com..example"}, ["MAN007"]),
        ({"app_id": "com.example-"}, ["MAN007"]),
        ({"app_id": "com.1example"}, ["MAN007"]),
        ({"app_id": "com.exämple"}, ["MAN007"]),
        ({"app_id": 7}, ["MAN004"]),
        ({"name": ""}, ["MAN007"]),
        ({"name": " Tea"}, ["MAN007"]),
        ({"name": "T" * 41}, ["MAN007"]),
        ({"names": "Tea"}, ["MAN006"]),
        ({"color_scheme": "blue"}, ["MAN007"]),
        ({"window": {"background_color": "red"}}, ["MAN007"]),
        ({"window": {"orientation": "up"}}, ["MAN007"]),
        ({"window": {"design_width": 1.5}}, ["MAN003"]),
        ({"window": []}, ["MAN004"]),
        ({"widgets": [{"path": "w/i"}]}, ["MAN005"]),
        ({"widgets": [{"name": "w", "path": "w/i", "min_code": "two"}]}, ["MAN007"]),
        ({"device_type": ["phone", 1]}, ["MAN004"]),
        ({"lang": "english language"}, ["MAN007"]),
        ({"version": {"name": "1.0.0", "code": "1"}}, ["MAN004"]),
        ({"version": {"name": "1.0.0", "code": 2**31}}, ["MAN007"]),
        ({"version": {"name": 1, "code": 1}}, ["MAN004"]),
        ({"version": {"name": "1.0.0", "code": 1, "build": 7}}, ["MAN006"]),
        ({"platform_version": {"min_code": 0}}, ["MAN007"]),
        ({"platform_version": {"min_code": 1, "release_type": "Beta1", "target_code": 2}}, []),
        ({"permissions": []}, ["MAN006"]),
        ({"start_url": "pages/other"}, ["MAN010"]),
        ({"start_url": "pages/home/home"}, []),
        ({"hutong": {"permission": []}}, ["MAN006"]),
        ({"hutong": {"permissions": [{"scope": "profile"}]}}, ["MAN005"]),
        ({"hutong": {"permissions": [{"scope": "camera", "reason": "x"}]}}, ["MAN007"]),
        (
            {"hutong": {"permissions": [{"scope": "profile", "reason": "x", "required": 1}]}},
            ["MAN004"],
        ),
        (
            {"hutong": {"permissions": [{"scope": "profile", "reason": {"zh-Hans": "x"}}]}},
            ["MAN007"],
        ),
        ({"hutong": {"permissions": [{"scope": "profile", "reason": "x"}] * 2}}, ["MAN012"]),
        ({"hutong": {"tab_bar": [{"page": "pages/gone", "text": "Gone"}]}}, ["MAN010"]),
        ({"hutong": {"network": ["https://api.example.com"]}}, ["MAN007"]),
        ({"hutong": {"network": ["*.example.com"]}}, ["MAN007"]),
        ({"hutong": {"skills": [{}]}}, ["MAN007"]),
    ],
    ids=repr,
)
def test_member(change: dict[str, Any], expected: list[str]) -> None:
    """Each member is what the table says, or the finding has the code of the broken rule."""
    assert expected == codes(json.dumps({**MINIMAL, **change}).encode())


def test_every_mistake_is_reported_at_once() -> None:
    """Three mistakes are three findings with their places: no upload per mistake."""
    text = '{\n "app_id": "1a",\n "names": "Tea",\n "version": {"name": "1.0.0", "code": 0}\n}'

    _, findings = validate_manifest(text.encode())

    lines = {(finding.line, finding.code) for finding in findings}
    assert {(2, "MAN007"), (3, "MAN006"), (4, "MAN007")} <= lines
    unknown = next(finding for finding in findings if finding.code == "MAN006")
    assert 'names is "Tea": no member has this name' == unknown.message
    assert 'did you mean "name"?' == unknown.fix


def test_an_id_is_taken_in_any_spelling() -> None:
    """Ids that differ in upper and lower case only would be confused by people."""
    data = json.dumps(MINIMAL).encode()

    manifest, findings = validate_manifest(data, taken_ids=("COM.example.TEA",))

    assert manifest is None
    assert ["MAN008"] == [finding.code for finding in findings]


def test_a_full_manifest_is_read() -> None:
    """What the manifest says is what the host gets, by its own names."""
    own = {
        "permissions": [{"scope": "profile", "reason": {"en": "To greet you.", "zh-Hans": "问候"}}],
        "tab_bar": [{"page": "pages/home/home.html", "text": "Home"}],
        "isolate": "session",
        "network": ["api.example.com"],
    }
    whole = {**MINIMAL, "pages": ["pages/home/home.html"], "short_name": "Tea", "hutong": own}

    manifest, findings = validate_manifest(json.dumps(whole).encode())

    # What is valid and changes nothing here is said.
    assert [("MAN021", "warning")] == [(found.code, found.severity) for found in findings]
    assert isinstance(manifest, Manifest)
    assert ("pages/home/home",) == manifest.pages
    assert {"en": "To greet you.", "zh-Hans": "问候"} == manifest.permissions[0].reason
    assert ("pages/home/home", {"en": "Home"}) == (
        manifest.tab_bar[0].page,
        manifest.tab_bar[0].text,
    )
    assert "session" == manifest.isolate
    assert ("api.example.com",) == manifest.network

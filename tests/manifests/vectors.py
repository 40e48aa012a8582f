"""Judges manifest vectors: each names a manifest and what the host says to it at upload."""

import json
from collections.abc import Mapping
from typing import Any

from sdk.contract import validate_manifest

# The program that is published already in vectors about duplicate ids.
PUBLISHED_IDS = ("org.example.miniapp",)


def problem(vector: Mapping[str, Any]) -> str:
    """Say how the host's answer differs from the one that a vector expects, or nothing.

    ``manifest`` is the document; ``text`` stands for it where JSON cannot say what is tried, such
    as a key that is there twice.
    """
    text = vector.get("text", vector.get("raw"))
    data = text if text is not None else json.dumps(vector["manifest"], ensure_ascii=False)
    taken = vector.get("taken_ids", PUBLISHED_IDS)
    manifest, findings = validate_manifest(data.encode(), taken_ids=taken)

    expected = str(vector["host_at_upload"]).strip().lower()
    told = "; ".join(map(str, findings))
    if expected.startswith("accept"):
        if manifest is None:
            return f"expected {expected!r}, refused: {told}"
        return "" if "warn" not in expected or findings else "expected a warning, there is none"
    if manifest is not None:
        return f"expected {expected!r}, accepted"
    return "" if all(f.message and f.fix for f in findings) else f"a finding has no fix: {told}"

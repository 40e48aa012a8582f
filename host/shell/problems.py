"""The documentation of problem types: docs/problems/<domain>.md, one ``## slug`` heading each."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

_HOST = Path(__file__).resolve().parent.parent
# In a checkout beside the package, in an installed wheel inside it.
_FOLDERS = (_HOST.parent / "docs" / "problems", _HOST / "_docs" / "problems")
_HEADING = re.compile(r"^## +([a-z0-9-]+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProblemText:
    """What one refusal means and what to do about it."""

    slug: str
    paragraphs: tuple[str, ...]


@functools.cache
def problem_texts() -> dict[str, ProblemText]:
    """Return every documented problem type by its slug."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    found: dict[str, ProblemText] = {}
    for path in sorted(folder.glob("*.md")) if folder is not None else ():
        parts = _HEADING.split(path.read_text(encoding="utf-8"))
        for slug, text in zip(parts[1::2], parts[2::2], strict=True):
            found[slug] = ProblemText(slug, _paragraphs(text))
    return found


def _paragraphs(text: str) -> tuple[str, ...]:
    blocks = re.split(r"\n\s*\n", text.replace("`", "").strip())
    return tuple(" ".join(block.split()) for block in blocks if block.strip())

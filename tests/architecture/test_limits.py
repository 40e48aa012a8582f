"""docs/limits.md says what the code does, because it is made from it, and leaves nothing out."""

import re
from pathlib import Path

from host import limits_page

HOST = Path(limits_page.__file__).parent
_TOLD = re.compile(
    r"^([A-Z][A-Z_]*(?:(?:LENGTH|CHARS|GRAPHEMES)_MAX|PER_MINUTE(?:_MAX)?))\b.* = ", re.MULTILINE
)
# Settings, whose names stand on the page instead.
_DEFAULTS = {"host.chat.model:MESSAGES_PER_MINUTE_MAX"}


def test_the_page_is_as_the_constants_are() -> None:
    """Run ``python -m host.limits_page`` when this fails."""
    assert limits_page.page() == limits_page.FILE.read_text(encoding="utf-8")


def test_every_length_and_every_rate_is_told() -> None:
    """A public limit on what people write or do stands in a section of the page."""
    told = {place for lines in limits_page.SECTIONS.values() for _, place in lines}
    found = {
        f"host.{'.'.join(path.relative_to(HOST).with_suffix('').parts)}:{name}"
        for path in HOST.rglob("*.py")
        for name in _TOLD.findall(path.read_text(encoding="utf-8"))
    }

    assert found
    assert set() == found - told - _DEFAULTS

"""The reference for merchants says what the code does, because it is made from it."""

import re
from pathlib import Path

import pytest

from runtime import reference

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'"((?:APP|MAN|PKG|PAGE|COMP|API|SEC|TEXT|LANG|VIEW)[0-9]{3})"')

TABLE_LINE = re.compile(r'^ +"[A-Z]+[0-9]+": "', re.MULTILINE)


@pytest.mark.parametrize("name", reference.pages())
def test_page_is_up_to_date(name: str) -> None:
    """Run ``python -m runtime.reference`` when this fails."""
    assert reference.pages()[name] == (reference.FOLDER / name).read_text(encoding="utf-8")


def test_every_code_is_in_the_table_and_used() -> None:
    """A finding never names a rule that the reference does not have, and no rule is idle."""
    used: set[str] = set()
    for package in ("runtime", "sdk"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "codes.py":
                text = path.read_text(encoding="utf-8")
                # A table of rules in the file itself is no use of them.
                used |= set(
                    CODE.findall(re.sub(r'^ +"[A-Z]+[0-9]+": "', "", text, flags=re.MULTILINE))
                )

    assert set(reference.RULES) == used

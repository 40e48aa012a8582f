"""What the pieces of a template come to: expressions, joined texts, attributes."""

from typing import Any

from runtime.view import allowlist
from runtime.view.filters import to_text
from runtime.view.inline_style import clean_style
from runtime.view.ir import Expression, Parts
from runtime.view.run import CHARS_PER_STEP, Run


def attribute_text(name: str, value: Any, run: Run) -> str | None:
    """Return the text of an attribute, or None when it is not there."""
    if name in allowlist.BOOLEANS:
        return "" if value else None
    if value is None:
        return "" if name == "alt" else None
    if isinstance(value, bool) and not name.startswith(("aria-", "data-")):
        return "" if value else None
    text = to_text(run, value)
    if name == "style":
        run.charge_chars(len(text))
        return clean_style(text) or None
    if name == "src":
        run.charge_chars(len(text))
        return run.env.image(text)
    return text


def value_of(parts: Parts, run: Run) -> Any:
    """Return the value of one expression as it is, and of everything else as text."""
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return compute(parts[0], run)
    return join(parts, run)


def join(parts: Parts, run: Run) -> str:
    """Return pieces and values side by side."""
    pieces = [part if isinstance(part, str) else to_text(run, compute(part, run)) for part in parts]
    run.charge(1 + sum(map(len, pieces)) // CHARS_PER_STEP)
    return "".join(pieces)


def compute(expression: Expression, run: Run) -> Any:
    """Return the value of an expression, and pay for it."""
    run.line = expression.line
    run.charge(expression.cost)
    return expression.compute(run)

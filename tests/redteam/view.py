"""Judges templates and style sheets by what they would put into a person's browser.

Such a payload is refused at upload, fails at its budget, or shows what the lists of markup and of
styles allow, and nothing that loads from elsewhere.
"""

from typing import Any

from runtime.view import (
    Env,
    TemplateRefusedError,
    ViewFailedError,
    check_css,
    compile_template,
    page_scope,
    render,
)
from tests.fuzz.css import check_served
from tests.fuzz.template import check_tree

_PATH = "pages/a/a"
# What the page remembers when the payload is shown: a stranger's texts among it.
_STATE: dict[str, Any] = {
    "n": 5,
    "big": 2**62,
    "text": "onclick",
    "html": '"><script>alert(1)</script><img src=x onerror="y">',
    "address": "//evil.example/x.png",
    "kind": "password",
    "items": ["a", "b", "a"],
    "many": list(range(1000)),
    "user": {"n": 1, "name": "Ann"},
}


def find_in_template(source: str) -> str:
    """Say what a template shows that it must not, or return an empty text."""
    env = Env(image=lambda source: f"/pictures/{source}" if source.startswith("assets/") else None)
    try:
        tree, _ = render(compile_template(source, f"{_PATH}.html"), _STATE, env)
        check_tree(tree)
    except (TemplateRefusedError, ViewFailedError):
        return ""
    except AssertionError as error:
        return f"it shows {error}"
    except Exception as error:  # noqa: BLE001  (whatever is not a refusal is a find)
        return f"it breaks the renderer: {error!r}"
    return ""


def find_in_css(source: str) -> str:
    """Say what a style sheet does that it must not, or return an empty text."""
    try:
        css, findings = check_css(source, f"{_PATH}.css", page_scope(_PATH))
        if not findings:
            check_served(css, page_scope(_PATH))
    except AssertionError as error:
        return f"it serves {error}"
    except Exception as error:  # noqa: BLE001  (whatever is not a refusal is a find)
        return f"it breaks the checker: {error!r}"
    return ""

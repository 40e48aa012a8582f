"""The look in numbers: contrast, sizes on the wire, and what templates may not contain."""

import gzip
import re
from itertools import product
from pathlib import Path

import pytest

HOST = Path(__file__).resolve().parents[2] / "host"
STATIC = HOST / "shell" / "static"
TEMPLATES = sorted(HOST.glob("*/templates/**/*.html"))
PAGES = sorted(path.stem for path in (STATIC / "css").glob("*.css"))

CSS_BYTES_MAX = 12 * 1024
JS_BYTES_MAX = 20 * 1024
CONTRAST_MIN = 4.5

# Which text stands on which ground.
_GROUNDS = ("ground", "surface", "sunken")
PAIRS = (
    *product(("ink", "ink-2", "sky", "door"), _GROUNDS),
    *product(("ink-3", "jade"), ("ground", "surface")),
    ("ink", "mine"),
    ("ink-2", "mine"),
    ("on-jade", "jade"),
    ("jade", "jade-soft"),
    ("on-door", "door"),
    ("door", "door-soft"),
    ("amber", "amber-soft"),
    ("amber", "surface"),
)


def read_tokens() -> dict[str, dict[str, str]]:
    """Return the colours of each theme."""
    text = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", text)
    themes: dict[str, dict[str, str]] = {}
    for selector, body in blocks:
        colours = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b", body))
        if colours:
            themes[selector.strip()] = colours
    return themes


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    digits = colour.lstrip("#")
    full = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(full[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_in_every_theme(text: str, ground: str) -> None:
    """At least 4.5:1 for each pair that pages use, light and dark."""
    weak = {
        theme: round(contrast(colours[text], colours[ground]), 2)
        for theme, colours in read_tokens().items()
        if contrast(colours[text], colours[ground]) < CONTRAST_MIN
    }

    assert {} == weak


def test_dark_by_choice_is_dark_by_device() -> None:
    """CSS must say the dark colours twice; they are the same."""
    themes = read_tokens()

    assert len(themes) == 3
    assert themes[':root:not([data-theme="light"])'] == themes[':root[data-theme="dark"]']


def packed(*names: str) -> int:
    """Return the size on the wire of static files that one page loads."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


@pytest.mark.parametrize("page", [name for name in PAGES if name not in ("tokens", "base")])
def test_a_page_loads_little_css(page: str) -> None:
    """Tokens, components and one sheet of its own: at most 12 KB."""
    assert packed("css/tokens.css", "css/base.css", f"css/{page}.css") <= CSS_BYTES_MAX


def imported(name: str, seen: set[str]) -> set[str]:
    """Return a module and all that comes with it; `import(…)` is fetched when it is needed."""
    if name not in seen:
        seen.add(name)
        text = (STATIC / name).read_text(encoding="utf-8")
        for target in re.findall(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""", text):
            imported(f"js/{target}", seen)
    return seen


@pytest.mark.parametrize(
    "entry", sorted(path.name for path in (STATIC / "js").glob("*.js")), ids=str
)
def test_a_page_loads_little_script(entry: str) -> None:
    """What every page runs and one module of its own: at most 20 KB."""
    assert packed(*imported(f"js/{entry}", imported("js/app.js", set()))) <= JS_BYTES_MAX


def test_the_preloaded_modules_are_what_the_entry_imports() -> None:
    """A module that is missing in the list costs a round trip; one too many costs a download."""
    base = (HOST / "shell/templates/shell/base.html").read_text(encoding="utf-8")
    listed = re.search(r'for name in \(("app"[^)]*)\)', base)
    assert listed is not None

    names = {f"js/{name}.js" for name in re.findall(r'"(\w+)"', listed[1])}
    assert names == imported("js/app.js", set())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(HOST)))
def test_a_template_holds_no_inline_code_or_style(path: Path) -> None:
    """The content security policy would drop it silently, so it is refused here, loudly."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(
        r"<style\b|<[a-z][^>{]*\sstyle=|\son\w+=[\"']|javascript:|<script(?![^>]*\ssrc=)", text
    )

    assert [] == found


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    """An icon of another name would be an empty square."""
    drawn = set(
        re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8"))
    )
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r'\b(?:icon|empty)\(\s*"([\w-]+)"', path.read_text(encoding="utf-8"))
    }

    assert asked - drawn == set()


def test_one_policy_makes_html_and_nothing_goes_around_it() -> None:
    """Trusted Types: the policy is made once, and no module uses another way into the page."""
    makers, around = [], []
    for path in sorted((STATIC / "js").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        makers += [path.name] * text.count(".createPolicy(")
        around += re.findall(r"outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(", text)
        if path.name != "fetch.js":
            around += re.findall(r"innerHTML\s*=", text)

    assert (makers, around) == (["fetch.js"], [])


@pytest.mark.parametrize("page", [name for name in PAGES if name not in ("tokens", "shell")])
def test_no_rule_is_written_twice(page: str) -> None:
    """A second copy wins over what was changed in the first, far from where one looks."""
    lines = (STATIC / "css" / f"{page}.css").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line.strip().endswith("}") and "{" in line]

    assert [] == sorted({rule for rule in rules if rules.count(rule) > 1})

"""What markup a mini-program may show.  What is not listed does not exist.

The frame's renderer (``host/shell/static/frame.js``) holds the same list and refuses by name what
is not on it, so a mistake here alone shows nothing dangerous; a test compares the two.
"""

from runtime.view.markup import VOID_TAGS

__all__ = ["BOOLEANS", "EVENTS", "GLOBAL_ATTRS", "TAGS", "TAG_HINTS", "VOID_TAGS"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT = (
    "span b strong i em small s u mark code sub sup time abbr kbd q cite del ins samp var dfn wbr"
    " output ruby rt"
)
_BLOCK = (
    "div section article header footer nav aside p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd hr br pre"
    " blockquote address figure figcaption details summary table caption thead tbody tfoot tr th td"
)
_FORM = "form fieldset legend label input textarea select optgroup option button progress meter"

# Tag → its own attributes, beside those that every tag has.
TAGS: dict[str, frozenset[str]] = {
    **dict.fromkeys(f"{_TEXT} {_BLOCK} {_FORM}".split(), frozenset[str]()),
    "img": frozenset({"src", "alt", "width", "height", "loading"}),
    "input": _words(
        "type name value placeholder checked disabled readonly required maxlength minlength min"
        " max step inputmode autocomplete enterkeyhint"
    ),
    "textarea": _words(
        "name value placeholder disabled readonly required maxlength rows enterkeyhint"
    ),
    "select": frozenset({"name", "value", "disabled", "required"}),
    "option": frozenset({"value", "disabled"}),
    "optgroup": frozenset({"label", "disabled"}),
    "button": frozenset({"disabled", "value", "name", "type"}),
    "label": frozenset({"for"}),
    "fieldset": frozenset({"disabled"}),
    "progress": frozenset({"value", "max"}),
    "meter": frozenset({"value", "min", "max", "low", "high", "optimum"}),
    "time": frozenset({"datetime"}),
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "td": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start"}),
    "details": frozenset({"open"}),
    # Drawn by the host's renderer.
    "m-stepper": frozenset({"value", "min", "max", "step", "disabled", "label"}),
}
GLOBAL_ATTRS = frozenset({"class", "id", "title", "role", "dir", "lang", "hidden", "style"})
# Attributes that are there or not: a true value shows them, a false one takes them away.
BOOLEANS = frozenset(
    {"disabled", "checked", "readonly", "required", "hidden", "open"},
)
# Inline tags: a line break between two of them shows as a space.
INLINE_TAGS = frozenset([*_TEXT.split(), "label", "img", "button", "input", "select"])
# No password (a shop must never ask for one), no file, no hidden value.
INPUT_TYPES = _words("text search tel url email number range date time month checkbox radio")
BUTTON_TYPES = frozenset({"button", "submit"})
EVENTS = frozenset({"tap", "change", "input", "submit", "longpress"})
MODEL_TAGS = frozenset({"input", "textarea", "select", "m-stepper"})

TAG_HINTS = {
    "a": 'use <button m-on:tap="…"> and api.nav.to(…)',
    "script": "write Python in the page's .py file",
    "style": "write it in the page's .css file",
    "link": "write it in the page's .css file",
    "iframe": "a page cannot hold another page",
    "svg": "use an <img> of the package",
    "video": "use an <img>",
    "main": "the page itself is <main>; use <div> or <section>",
    "view": "use <div>",
    "text": "use <span>",
    "image": "use <img>",
    "template": "use <block>",
}
ATTR_HINTS = {
    "onclick": 'use m-on:tap="handler"',
    "href": 'use m-on:tap="handler" and api.nav.to(…)',
    "srcset": "use src",
    "action": 'use m-on:submit="handler"',
    "selected": 'write  m-model="choice"  on the <select>, or its  value="{{ choice }}"',
    "bindtap": 'use m-on:tap="handler"',
    "@click": 'use m-on:tap="handler"',
    "v-if": "use m-if",
    "v-for": "use m-for",
    "wx:if": "use m-if",
    "wx:for": 'use m-for="item in items"',
    "key": "use m-key",
}
EVENT_HINTS = {"click": "use m-on:tap", "press": "use m-on:tap", "keydown": "use m-on:input"}

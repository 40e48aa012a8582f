"""The reference page of templates and style sheets, from the lists that the compiler uses."""

import json
from collections.abc import Iterable

from runtime.session import STATE_BYTES_MAX
from runtime.view import allowlist, interchange, markup, run
from runtime.view.css import CSS_BYTES_MAX
from runtime.view.css_names import FUNCTIONS, PROPERTIES, PSEUDO_ARGUMENTS, PSEUDO_CLASSES
from runtime.view.filters import FILTERS

_INTRO = """# Templates and style sheets

<!-- Made by `python -m runtime.reference` from the code's own tables. -->

A template is HTML from the lists below, with `{{ expressions }}` and directives. The host shows
it; nothing in it is run as code. What is opened is closed, values of attributes are quoted, and
every picture has an `alt`.

## Directives

- `m-if="item.stock > 0"`, `m-elif="…"`, `m-else` — the first whose condition holds is shown
- `m-for="item in items"`, `m-for="item, index in items"` with `m-key="item.id"` — once
  per row; the key lets a row move
- `m-on:<event>="handler"` — the handler is a method of the page; values for it go in
  `data-…` attributes
- `m-model="name"` — the field shows `self.name` and writes to it: text, true or false for a
  checkbox, a number (None when empty) for `number`, `range` and `<m-stepper>`; on pages only, in
  a component write `value="{{ draft }}" m-on:change="write"`
- `<block m-if="…">`, `<block m-for="…">` — a group without an element of its own

## Expressions

Paths (`item.name`, `items[0]`), texts, numbers, `true false none`, `[lists]`, `+ - * / // %`,
`== != < <= > >= in`, `and or not`, `a if condition else b` (nothing without the `else`), and
filters behind `|`, which take all that stands before them (`price * qty | money('EUR')`) and may
be compared (`rows | length > 1`). A member that is not there is none, and none shows as nothing.

## Sizes and colours that are worked out

`style="width: {{ percent }}%; --hue: {{ hue }}"` takes numbers with a unit, colours such as
`#0a7f5a` and plain words, for the properties below except `position`; functions stand in the
style sheet only.

## Components

`components/product-card/product-card.html` (and `.css`) makes `<product-card>` an element of the
package, for pages and for other components.

- Properties: the names that its template reads. `<product-card title="{{ item.name }}">` gives
  `title`, `stars="{{ 3 }}"` a number; nothing else of the page is seen inside.
- Events: `m-on:tap="buy"` in the component fires its event `buy`; where it is used,
  `m-on:buy="add_to_cart"` names the handler. `data-…` written there is in `event.dataset`, beside
  what the touched element has itself.
- Slots: `<slot>what stands there otherwise</slot>` shows what is written inside the element;
  `<slot name="footer">` shows those with `slot="footer"`. They are read with the page's names.
- Data and handlers of its own: `product-card.py` beside the template, with one class made from
  `sdk.Component`. Attributes with a value are its data, kept by the host for each place where it
  stands (the way down to it, with the `m-key` of each row), until it is no longer shown. Names
  annotated without a value (`title: str`) are properties, which it can read and not write. Its
  methods are handlers: `m-on:tap="toggle"` calls `toggle` when the class has it, and is an event
  for the user of the component when it has not. `self.emit("change", value=3)` fires an event
  once the handler has ended well; the handler that hears it finds `event.value` and
  `event.detail`. A component may use `api`, but not ask a person: the answer comes to a page.
- Life: `on_attach`, `on_update`, `on_detach`; see the reference of the language. What a component,
  the page and the components around it do for one tap is one event: all of it happens, or nothing.
- Style: rules of its sheet reach the component and what is put into it; `page` is the component.

"""


_IR = """# Templates as documents

<!-- Made by `python -m runtime.reference` from the code's own tables. -->

Another front end than HTML (a compiler from WXML, say) hands the host a template as a JSON
document. It is the tree of the template *before* it is checked: `runtime.view.compile_document`
checks it by the same lists, rules and budgets as HTML, with the same findings, and gives what
rendering reads. A front end is trusted with nothing.

```json
{example}
```

- `ir`: {version}, the version of this form. Anything else is refused; so is every member that is
  not named here.
- `kind: "element"`: `tag` (an element of [templates.md](templates.md), a component of the package,
  `block` or `slot`), `attrs`, `children`. An attribute's value is a list of pieces; an empty list
  is an attribute that stands alone, such as `disabled`.
- `kind: "text"`: `text`, a list of pieces.
- A piece is a text, or `{{"expr": "…"}}` with an expression of [templates.md](templates.md),
  without braces. There is no other kind of value: what another language computes in its own words
  is translated into this one, or refused by its compiler.
- Directives are attributes: `m-if`, `m-elif`, `m-else`, `m-for` (plain text: `item, index in
  items`), `m-key`, `m-model` (plain text: a name), `m-on:<event>` (plain text: a handler).
  `m-elif` and `m-else` follow their `m-if` directly, but for blank text.
- `at: [line, column]`, from one, on nodes and expressions: the place in the file that the document
  was made from. Findings and failures at run time name it. `[0, 0]` says no place.
- Runs of blank text between blocks are dropped and others shortened to one sign, as in HTML, but
  in `pre`.

WXML, in a nutshell: `view` is `div`, `text` is `span`, `image` is `img` with an `alt`, `wx:if` is
`m-if`, `wx:for="{{{{rows}}}}" wx:key="id"` is `m-for="item, index in rows"` with
`m-key="item.id"`, `bindtap` is `m-on:tap`, `<template is>` and `<include>` become components.

## Limits

- {bytes} KiB: one document
- {depth}: levels of elements
- and those of [templates.md](templates.md)
"""
_EXAMPLE: tuple[dict[str, object], ...] = (
    {
        "kind": "element", "tag": "h1", "at": [1, 1],
        "children": [
            {"kind": "text", "text": ["Hello ", {"expr": "name | default('you')", "at": [1, 11]}]}
        ],
    },
    {
        "kind": "element", "tag": "button", "at": [2, 1],
        "attrs": {
            "m-for": ["row in rows"], "m-key": ["row.id"], "m-on:tap": ["buy"],
            "data-id": [{"expr": "row.id"}], "disabled": [{"expr": "row.left == 0"}],
        },
        "children": [{"kind": "text", "text": [{"expr": "row.name"}]}],
    },
)  # fmt: skip


def _example() -> str:
    nodes = ",\n  ".join(json.dumps(node) for node in _EXAMPLE)
    return f'{{"ir": {interchange.DOCUMENT_VERSION}, "body": [\n  {nodes}\n]}}'


def describe_documents() -> str:
    """Return the page about templates as documents."""
    return _IR.format(
        example=_example(),
        version=interchange.DOCUMENT_VERSION,
        bytes=interchange.DOCUMENT_BYTES_MAX // 1024,
        depth=markup.MARKUP_DEPTH_MAX,
    )


def describe_templates() -> str:
    """Return the page."""
    return f"{_INTRO}{_filters()}{_elements()}{_styles()}{_limits()}"


def _filters() -> str:
    lines = [f"- `{each.usage}` — {each.doc}" for each in FILTERS.values()]
    return "## Filters\n\n" + "\n".join(lines) + "\n\n"


def _elements() -> str:
    plain = sorted(tag for tag, own in allowlist.TAGS.items() if not own)
    own = [
        f"- `{tag}`: {_words(attributes)}"
        for tag, attributes in sorted(allowlist.TAGS.items())
        if attributes
    ]
    return (
        f"## Elements\n\n{_words(plain)}\n\nWith attributes of their own:\n\n"
        + "\n".join(own)
        + f"\n\nEvery element takes {_words(allowlist.GLOBAL_ATTRS)}, `data-…` and `aria-…`."
        f" Attributes that are there or not ({_words(allowlist.BOOLEANS)}) follow the truth of"
        " their expression.\n\n"
        f"Types of `input`: {_words(allowlist.INPUT_TYPES)}. Pictures come from the package"
        " (`assets/…`) or from the host (`/media/…`, as in the answers of `api`).\n\n"
        f"Events: {_words(allowlist.EVENTS)}.\n\n"
    )


def _styles() -> str:
    return (
        "## Style sheets\n\nRules of `pages/x/x.css` reach that page, rules of `app.css` every"
        " page;"
        " `page` is the page itself. `@media` and `@keyframes` are the at-rules; `url()` takes"
        " pictures of the package. The host's colours are there as `var(--ground)`,"
        " `var(--surface)`, `var(--sunken)`, `var(--line)`, `var(--ink)`, `var(--ink-2)`,"
        " `var(--jade)`, `var(--on-jade)`, `var(--door)` and follow light and dark.\n\n"
        f"Properties: {_words(PROPERTIES)}, and `--names` of your own.\n\n"
        f"Functions: {_words(FUNCTIONS)}.\n\n"
        f"Pseudo-classes: {_words(PSEUDO_CLASSES | PSEUDO_ARGUMENTS)}.\n\n"
    )


def _limits() -> str:
    limits = (
        (f"{markup.TEMPLATE_BYTES_MAX // 1024} KiB", "one template"),
        (f"{CSS_BYTES_MAX // 1024} KiB", "one style sheet"),
        (str(markup.MARKUP_DEPTH_MAX), "levels of elements"),
        (str(run.NODES_MAX), "nodes that a page shows"),
        (str(run.STEPS_MAX), "steps to show it"),
        (str(run.TEXT_CHARS_MAX), "characters that it shows"),
        (f"{STATE_BYTES_MAX // 1024} KiB", "the page's data"),
    )
    return "## Limits\n\n" + "\n".join(f"- {limit}: {what}" for limit, what in limits) + "\n"


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))

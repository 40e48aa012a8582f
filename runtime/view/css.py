"""What style sheets of a mini-program may say.

The frame shows nothing but one mini-program, so a style sheet can spoil only its own pages; what it
must not do is load anything.  At-rules, properties, functions and selectors are lists of what is
known to load nothing; names are compared after tinycss2 has resolved escapes, and what is served is
written anew from the checked tokens.  Every selector is scoped to its page.
"""

from collections.abc import Iterable

import tinycss2
from tinycss2 import ast

from runtime.findings import Finding
from runtime.view.css_names import (
    FUNCTIONS,
    MEDIA_WORDS,
    PROPERTIES,
    PSEUDO_ARGUMENTS,
    PSEUDO_CLASSES,
    ROOT_NAMES,
)

CSS_BYTES_MAX = 64 * 1024
_ASSET_TYPES = (".webp", ".png", ".jpg", ".jpeg", ".gif")
# A sheet that nests deeper hides something: media query, rule, function in function.
_DEPTH_MAX = 12
_NEVER_POSITIONED = "fixed"


def page_scope(page: str) -> str:
    """Return the class that marks a page, such as ``p-pages-menu-menu``."""
    return "p-" + "".join(c if c.isalnum() else "-" for c in page.lower())


def component_scope(name: str) -> str:
    """Return the class that marks a component."""
    return f"c-{name}"


def check_css(
    text: str, path: str, scope: str = "", files: Iterable[str] | None = None
) -> tuple[str, list[Finding]]:
    """Return ``text`` written anew with each selector below ``scope``, and what was refused.

    ``scope`` is a class name (see ``page_scope``), empty for the style sheet of the whole package.
    ``files`` are the paths in the package, to name pictures that are not there.  Pictures are
    written relative to the package's root: ``url(assets/tea.webp)``.
    """
    if len(text.encode(errors="replace")) > CSS_BYTES_MAX:
        message = f"a style sheet may have {CSS_BYTES_MAX // 1024} KiB"
        return "", [Finding(path, 0, 0, "VIEW025", message, "share rules in app.css")]
    checker = _Checker(path, f".{scope}" if scope else ".page", files)
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    css = checker.rules(rules, 0)
    return ("", checker.findings) if checker.findings else (css, [])


class _Checker:
    def __init__(self, path: str, scope: str, files: Iterable[str] | None) -> None:
        self._path = path
        self._scope = scope
        self._files = None if files is None else frozenset(files)
        self.findings: list[Finding] = []

    def _refuse(self, node: ast.Node, code: str, message: str, fix: str) -> None:
        self.findings.append(
            Finding(self._path, node.source_line, node.source_column, code, message, fix)
        )

    def rules(self, rules: list[ast.Node], depth: int) -> str:
        """Check rules and return them written anew."""
        made = []
        for rule in rules:
            if rule.type == "qualified-rule":
                made.append(self._rule(rule))
            elif rule.type == "at-rule":
                made.append(self._at_rule(rule, depth))
            elif rule.type == "error":
                self._refuse(rule, "VIEW024", f"this cannot be read: {rule.message}", "correct it")
        return "".join(made)

    def _rule(self, rule: ast.QualifiedRule) -> str:
        selectors = [self._selector(part) for part in _split_commas(rule.prelude)]
        return f"{','.join(selectors)}{{{self._declarations(rule.content)}}}"

    def _at_rule(self, rule: ast.AtRule, depth: int) -> str:
        name = rule.lower_at_keyword
        if name == "media" and rule.content is not None and depth < _DEPTH_MAX:
            self._media(rule.prelude, 0)
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = self.rules(inner, depth + 1)
            return f"@media {tinycss2.serialize(_clean(rule.prelude))}{{{body}}}"
        if name == "keyframes" and rule.content is not None:
            return self._keyframes(rule)
        fix = "remove it; @media and @keyframes are available"
        if name == "import":
            fix = "put the rules in this file or in app.css"
        if name == "font-face":
            fix = "use the system's fonts"
        self._refuse(rule, "VIEW020", f"@{name} is not available", fix)
        return ""

    def _media(self, tokens: list[ast.Node], depth: int) -> None:
        for token in tokens:
            if token.type == "() block" and depth < _DEPTH_MAX:
                self._media(token.content, depth + 1)
            elif token.type == "ident":
                if token.lower_value not in MEDIA_WORDS:
                    fix = "ask for width, height, orientation, color-scheme or motion"
                    self._refuse(token, "VIEW020", f"'{token.value}' cannot be asked here", fix)
            elif not _is_plain(token):
                self._refuse(token, "VIEW020", "this condition is not available", "simplify it")

    def _keyframes(self, rule: ast.AtRule) -> str:
        name = tinycss2.serialize(_clean(rule.prelude)).strip()
        if not name.replace("-", "").replace("_", "").isalnum():
            self._refuse(rule, "VIEW020", "keyframes need a plain name", "write  @keyframes fade")
        frames = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        made = []
        for frame in frames:
            if frame.type != "qualified-rule":
                self._refuse(frame, "VIEW024", "this is not a frame", "write  50% { opacity: 0 }")
                continue
            for token in frame.prelude:
                if not _is_plain(token) and getattr(token, "lower_value", "") not in ("from", "to"):
                    fix = "write  from, to  or a percentage"
                    self._refuse(token, "VIEW024", "this is not a moment", fix)
            moment = tinycss2.serialize(_clean(frame.prelude)).strip()
            made.append(f"{moment}{{{self._declarations(frame.content)}}}")
        return f"@keyframes {name}{{{''.join(made)}}}"

    def _selector(self, tokens: list[ast.Node]) -> str:
        """Return a selector below the scope; ``page`` and ``:root`` are the scope itself."""
        self._check_selector(tokens, 0)
        text = tinycss2.serialize(tokens).strip()
        if not text:
            if tokens:
                self._refuse(tokens[0], "VIEW023", "a selector is missing", "write  .name { … }")
            return self._scope
        first = next(token for token in tokens if token.type not in ("whitespace", "comment"))
        if first.type == "ident" and first.lower_value in ROOT_NAMES:
            return f"{self._scope}{text[len(tinycss2.serialize([first])) :]}"
        if text.lower().startswith(":root"):
            return f"{self._scope}{text[len(':root') :]}"
        return f"{self._scope} {text}"

    def _check_selector(self, tokens: list[ast.Node], depth: int) -> None:
        for at, token in enumerate(tokens):
            if token.type == "function" and depth < _DEPTH_MAX:
                if token.lower_name in PSEUDO_ARGUMENTS:
                    self._check_selector(token.arguments, depth + 1)
                    continue
                self._refuse(token, "VIEW023", f":{token.name}() is not available", "use a class")
            elif token.type == "[] block" and depth < _DEPTH_MAX:
                self._check_selector(token.content, depth + 1)
            elif token.type == "ident" and at and tokens[at - 1] == ":":
                if token.lower_value not in PSEUDO_CLASSES:
                    self._refuse(
                        token, "VIEW023", f":{token.value} is not available", "use a class"
                    )
            elif not _is_selector_part(token):
                self._refuse(token, "VIEW023", "this cannot stand in a selector", "use a class")

    def _declarations(self, content: list[ast.Node]) -> str:
        made = []
        for item in tinycss2.parse_blocks_contents(
            content, skip_comments=True, skip_whitespace=True
        ):
            if item.type == "declaration":
                if self._check_declaration(item):
                    important = "!important" if item.important else ""
                    name = item.name if item.name.startswith("--") else item.lower_name
                    made.append(f"{name}:{self._value(item.value)}{important}")
            elif item.type == "error":
                self._refuse(item, "VIEW024", f"this cannot be read: {item.message}", "correct it")
            else:
                fix = "write each rule on its own"
                self._refuse(item, "VIEW024", "rules inside rules are not available", fix)
        return ";".join(made)

    def _check_declaration(self, item: ast.Declaration) -> bool:
        name = item.lower_name
        if not name.startswith("--") and name not in PROPERTIES:
            fix = "remove it, or use a property from the reference"
            self._refuse(item, "VIEW021", f"'{item.name}' is not available", fix)
            return False
        before = len(self.findings)
        self._check_value(item.value, 0)
        if name == "position" and not all(map(_is_position, item.value)):
            fix = "use position: sticky"
            self._refuse(item, "VIEW021", "position: fixed is not available", fix)
        return len(self.findings) == before

    def _check_value(self, tokens: list[ast.Node], depth: int) -> None:
        for token in tokens:
            if token.type == "function":
                if token.lower_name == "url":
                    self._check_asset(token, _url_text(token))
                elif token.lower_name not in FUNCTIONS or depth >= _DEPTH_MAX:
                    fix = "use a plain value, calc(), var() or a gradient"
                    self._refuse(token, "VIEW022", f"{token.name}() is not available", fix)
                else:
                    self._check_value(token.arguments, depth + 1)
            elif token.type == "url":
                self._check_asset(token, token.value)
            elif token.type in ("() block", "[] block") and depth < _DEPTH_MAX:
                self._check_value(token.content, depth + 1)
            elif token.type in ("unicode-range", "at-keyword", "{} block", "error", "() block"):
                self._refuse(token, "VIEW022", "this cannot stand in a value", "use a plain value")

    def _check_asset(self, token: ast.Node, url: str) -> None:
        path = url.removeprefix("/")
        plain = path.replace("/", "").replace("-", "").replace("_", "").replace(".", "")
        if (
            not path.startswith("assets/")
            or ".." in path
            or not (plain.isascii() and plain.isalnum())
            or not path.lower().endswith(_ASSET_TYPES)
        ):
            fix = "put it in the package and write  url(assets/name.webp)"
            self._refuse(token, "VIEW022", "only pictures of the package can be used", fix)
        elif self._files is not None and path not in self._files:
            fix = "add the file, or correct the name"
            self._refuse(token, "VIEW022", f"there is no {path} in the package", fix)

    def _value(self, tokens: list[ast.Node]) -> str:
        # Written as a whole, for the writer keeps apart what must not grow together: without
        # comments `url/**/(//x)` would be an address.
        return str(tinycss2.serialize(_with_addresses(tokens))).strip()


def _with_addresses(tokens: list[ast.Node]) -> list[ast.Node]:
    """Return tokens in which every picture, however deep, is written ``url("assets/…")``."""
    made = []
    for token in tokens:
        at = (token.source_line, token.source_column)
        address = _url_text(token)
        if address:
            path = address.removeprefix("/")
            made.append(ast.URLToken(*at, path, f'url("{path}")'))
        elif token.type == "function":
            inner = _with_addresses(token.arguments)
            made.append(ast.FunctionBlock(*at, token.lower_name, inner))
        elif token.type == "() block":
            made.append(ast.ParenthesesBlock(*at, _with_addresses(token.content)))
        elif token.type == "[] block":
            made.append(ast.SquareBracketsBlock(*at, _with_addresses(token.content)))
        else:
            made.append(token)
    return made


def _is_position(token: ast.Node) -> bool:
    """Tell whether a word may say where a box stands; what a variable holds nobody knows."""
    if token.type == "ident":
        return bool(token.lower_value != _NEVER_POSITIONED)
    return token.type in ("whitespace", "comment")


def _url_text(token: ast.Node) -> str:
    """Return what ``url(…)`` names, in either of its two spellings; empty for anything else."""
    if token.type == "url":
        return str(token.value)
    if token.type == "function" and token.lower_name == "url":
        return "".join(str(a.value) for a in token.arguments if a.type == "string")
    return ""


def _split_commas(tokens: list[ast.Node]) -> list[list[ast.Node]]:
    parts: list[list[ast.Node]] = [[]]
    for token in _clean(tokens):
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _clean(tokens: list[ast.Node]) -> list[ast.Node]:
    return [token for token in tokens if token.type != "comment"]


def _is_plain(token: ast.Node) -> bool:
    return token.type in ("number", "dimension", "percentage", "whitespace", "comment") or (
        token.type == "literal" and token.value in (":", ",", "<", ">", "=", "<=", ">=", "/")
    )


def _is_selector_part(token: ast.Node) -> bool:
    if token.type in ("ident", "hash", "string", "number", "dimension", "whitespace", "comment"):
        return True
    return token.type == "literal" and token.value in (
        ".", ":", "::", ">", "+", "~", "*", "=", "~=", "|=", "^=", "$=", "*=", ",", "-",
    )  # fmt: skip

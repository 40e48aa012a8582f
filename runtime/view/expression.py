"""The expressions of templates: ``{{ item.price_minor * qty | money(item.currency) }}``.

Paths with null-safe members, comparison, ``and or not``, arithmetic without powers, a conditional,
list literals, and calls to listed filters only.  A pipe binds loosest of all.  Parsing yields plain
data (``runtime.view.expr``), which another front end could make too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from runtime.view.expr import (
    Binary,
    Conditional,
    Expr,
    Filter,
    Index,
    Literal,
    Member,
    Name,
    Sequence,
    Unary,
)
from runtime.view.filters import FILTERS

# No expression of a page is longer; the limits keep the parser's recursion far from Python's.
EXPRESSION_CHARS_MAX = 1000
EXPRESSION_TOKENS_MAX = 150
EXPRESSION_DEPTH_MAX = 24
# Signed 64 bits, as everywhere in the host.
INT_MAX = 2**63 - 1

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<op>==|!=|<=|>=|//|[-+*/%<>|().,\[\]])"
    r"|(?P<bad>\S))"
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_CONSTANTS = {
    "true": True, "True": True, "false": False, "False": False, "none": None, "None": None,
    "null": None,
}  # fmt: skip
_WORDS = {"and", "or", "not", "in", "if", "else"}
_GOES_ON = frozenset(
    {"+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", ".", "["}
    | {"and", "or", "not", "in", "if"}
)
_HINTS = {
    "&": "write  and",
    "!": "write  not",
    "?": "write  a if condition else b",
    "=": "compare with  ==",
    "`": "write text in '…'",
    "{": "make the object in Python and show its members",
    "^": "powers are not available",
}


class ExpressionError(Exception):
    """An expression cannot be read; ``offset`` is where in its text."""

    def __init__(self, message: str, fix: str, offset: int, code: str = "VIEW004") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.offset = offset
        self.code = code


def parse(text: str) -> Expr:
    """Return the expression in ``text`` or raise ``ExpressionError``."""
    if len(text) > EXPRESSION_CHARS_MAX:
        raise ExpressionError(
            f"this expression is longer than {EXPRESSION_CHARS_MAX} characters",
            "compute it in a handler and show the result",
            0,
        )
    parser = _Parser(text)
    expr = parser.pipe()
    parser.expect_end()
    return expr


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        token = _Token(kind, match.group(kind), match.start(kind))
        if kind == "bad":
            fix = _HINTS.get(token.text, "see the list of operators in the reference")
            raise ExpressionError(f"'{token.text}' cannot stand here", fix, token.offset)
        found.append(token)
    if len(found) > EXPRESSION_TOKENS_MAX:
        raise ExpressionError(
            f"this expression has more than {EXPRESSION_TOKENS_MAX} words",
            "compute it in a handler and show the result",
            0,
        )
    found.append(_Token("end", "", len(text)))
    return found


class _Parser:
    """Recursive descent, loosest binding first."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0
        # What a filter made, until it is taken as the first operand of the rest.
        self._filtered: Expr | None = None

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> str | None:
        token = self._token
        if token.kind in ("op", "name") and token.text in texts:
            self._at += 1
            return token.text
        return None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            self._refuse(f"'{text}' is missing here", f"add  {text}")

    def _refuse(self, message: str, fix: str, code: str = "VIEW004") -> NoReturn:
        raise ExpressionError(message, fix, self._token.offset, code)

    def expect_end(self) -> None:
        if self._token.kind != "end":
            self._refuse(f"'{self._token.text}' was not expected", "remove it")

    def pipe(self) -> Expr:
        self._depth += 1
        if self._depth > EXPRESSION_DEPTH_MAX:
            self._refuse("this expression is nested too deeply", "compute it in a handler")
        value = self._conditional()
        value = self._filters(value)
        self._depth -= 1
        return value

    def _filters(self, value: Expr) -> Expr:
        while self._take("|"):
            value = self._filter(value)
            if self._token.text in _GOES_ON and self._token.kind in ("op", "name"):
                # `rows | length > 1`: what was filtered is the left side of what follows.
                self._filtered = value
                value = self._conditional()
        return value

    def _filter(self, value: Expr) -> Expr:
        token = self._token
        known = FILTERS.get(token.text) if token.kind == "name" else None
        if known is None:
            self._refuse(
                f"there is no filter '{token.text}'", f"use one of {', '.join(FILTERS)}", "VIEW005"
            )
        self._at += 1
        arguments = tuple(self._list(")")) if self._take("(") else ()
        if not known.least <= len(arguments) <= known.most:
            raise ExpressionError(
                f"the filter {token.text} does not take {len(arguments)} arguments",
                f"write  {known.usage}",
                token.offset,
                "VIEW005",
            )
        return Filter(value, token.text, arguments)

    def _list(self, close: str) -> list[Expr]:
        items: list[Expr] = []
        while self._take(close) is None:
            if items:
                self._expect(",")
            items.append(self.pipe())
        return items

    def _conditional(self) -> Expr:
        then = self._or()
        if self._take("if") is None:
            return then
        test = self._filters(self._or())
        if self._take("else") is None:
            return Conditional(test, then, Literal(None))
        return Conditional(test, then, self._nested(self._conditional))

    def _or(self) -> Expr:
        left = self._and()
        while self._take("or"):
            left = Binary("or", left, self._and())
        return left

    def _and(self) -> Expr:
        left = self._not()
        while self._take("and"):
            left = Binary("and", left, self._not())
        return left

    def _not(self) -> Expr:
        if self._filtered is None and self._take("not"):
            return Unary("not", self._nested(self._not))
        return self._comparison()

    def _comparison(self) -> Expr:
        left = self._sum()
        op = self._take("==", "!=", "<", "<=", ">", ">=", "in")
        if op is None and self._token.text == "not" and self._token.kind == "name":
            self._at += 1
            self._expect("in")
            return Unary("not", Binary("in", left, self._sum()))
        return left if op is None else Binary(op, left, self._sum())

    def _sum(self) -> Expr:
        left = self._product()
        while op := self._take("+", "-"):
            left = Binary(op, left, self._product())
        return left

    def _product(self) -> Expr:
        left = self._sign()
        while op := self._take("*", "/", "//", "%"):
            if self._token.text == "*":
                self._refuse("powers are not available", "multiply, or compute it in a handler")
            left = Binary(op, left, self._sign())
        return left

    def _sign(self) -> Expr:
        if self._filtered is None and self._take("-"):
            return Unary("-", self._nested(self._sign))
        return self._postfix()

    def _nested(self, rule: Callable[[], Expr]) -> Expr:
        self._depth += 1
        if self._depth > EXPRESSION_DEPTH_MAX:
            self._refuse("this expression is nested too deeply", "compute it in a handler")
        value = rule()
        self._depth -= 1
        return value

    def _postfix(self) -> Expr:
        value, self._filtered = self._filtered or self._primary(), None
        length = 0
        while op := self._take(".", "[", "("):
            length += 1
            if length > EXPRESSION_DEPTH_MAX:
                self._refuse("this path is too long", "shorten it in a handler")
            if op == ".":
                value = Member(value, self._member_name())
            elif op == "[":
                value = Index(value, self.pipe())
                self._expect("]")
            else:
                self._at -= 1
                self._refuse(
                    "a template cannot call anything but filters",
                    "compute it in a handler, or use  value | filter",
                )
        return value

    def _member_name(self) -> str:
        token = self._token
        if token.kind != "name":
            self._refuse("a name must follow the dot", "write  value.name")
        self._check_private(token)
        self._at += 1
        return token.text

    def _check_private(self, token: _Token) -> None:
        if token.text.startswith("_"):
            self._refuse(
                f"'{token.text}' is private: names that begin with _ do not reach the page",
                "rename it without the underscore",
                "VIEW012",
            )

    def _primary(self) -> Expr:
        token = self._token
        if token.kind == "number":
            self._at += 1
            return Literal(self._number(token))
        if token.kind == "string":
            self._at += 1
            return Literal(_unquote(token.text))
        if token.kind == "name" and token.text not in _WORDS:
            return self._name(token)
        if self._take("("):
            inner = self.pipe()
            self._expect(")")
            return inner
        if self._take("["):
            return Sequence(tuple(self._list("]")))
        what = f"'{token.text}' was not expected" if token.text else "something is missing here"
        return self._refuse(what, "write a value, such as  item.name")

    def _name(self, token: _Token) -> Expr:
        if token.text in _CONSTANTS:
            self._at += 1
            return Literal(_CONSTANTS[token.text])
        self._check_private(token)
        self._at += 1
        return Name(token.text)

    def _number(self, token: _Token) -> int | float:
        value = float(token.text) if "." in token.text else int(token.text)
        if value > INT_MAX:
            raise ExpressionError("this number is too large", "use a smaller one", token.offset)
        return value


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1], flags=re.DOTALL)

"""Python with parts of one source grafted onto another: programs and escapes, cut and mixed.

Reading ends in findings or in code, in bounded time; and whatever compiles is run by the judge of
the escape corpus, where it must reach nothing.
"""

import ast
import contextlib
import io
import time
import tokenize
from collections.abc import Iterator

from hypothesis import strategies as st

from runtime.findings import has_errors
from runtime.policy import SourceRefusedError, check, compile_source
from tests.fuzz.edits import ROOT, edit, edits, miniapp_files
from tests.fuzz.engine import Subject
from tests.redteam.judge import Case, LanguageJudge, read_cases

_SECONDS_MAX = 5.0
_SOURCE_CHARS_MAX = 4000
# A payload says by its mark that it has won; grafted elsewhere the mark says nothing.
_CORPUS = [
    case.code.replace("bypass", "mark").replace("poison", "mark")
    for path in (
        "tests/data/escape_payloads.jsonl",
        "tests/redteam/cases.jsonl",
        "tests/redteam/cases_more.jsonl",
    )
    for case in read_cases(ROOT / path)
    if case.layer == "language" and len(case.code) < _SOURCE_CHARS_MAX
]
_HONEST = [*miniapp_files(".py"), "OUT = 1\n"]
_MODS = ("json", "re", "math", "itertools", "datetime", "decimal", "functools", "collections")


def _parsed(sources: list[str]) -> list[ast.Module]:
    found = []
    for source in sources:
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            found.append(ast.parse(source))
    return found


# Escapes that the language refuses at once teach little; what passes the check is the better seed.
_PASSING = [code for code in _CORPUS if not has_errors(check(code, "a.py"))]
_TREES = _parsed([*_CORPUS, *_PASSING, *_PASSING, *_HONEST])
_EXPRESSIONS = [
    ast.unparse(node)
    for tree in _TREES
    for node in ast.walk(tree)
    if isinstance(node, ast.expr) and not isinstance(node, ast.Constant | ast.Starred)
]
_EXPRESSIONS = sorted({text for text in _EXPRESSIONS if len(text) < 300})
_TOKENS = [
    "(",
    ")",
    "[",
    "]",
    ":",
    ".",
    "=",
    ":=",
    "*",
    "**",
    "lambda: ",
    "yield ",
    "match ",
    "@",
    "\n",
]
_TOKENS += [
    "__class__",
    "__globals__",
    "_getattr_",
    "_write_",
    "__metaclass__",
    "getattr(",
    "__init__",
]
_TOKENS += [
    "super()",
    "ｅval",
    "f'{",
    "}'",
    "except* ",
    "async ",
    "await ",
    "type X = 1",
    "\\N{DIGIT ONE}",
]
_TOKENS += [
    "import ",
    "from json import ",
    "del ",
    "global ",
    "nonlocal ",
    "\x00",
    "\f",
    "\t",
    "# coding: x",
]


@st.composite
def _grafted(draw: st.DrawFn) -> str:
    """Put expressions of one source where another has others."""
    tree = draw(st.sampled_from(_TREES))
    for _ in range(draw(st.integers(1, 3))):
        places = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        if not places:
            break
        gone = draw(st.integers(0, len(places) - 1))
        new = draw(st.sampled_from(_EXPRESSIONS))
        try:
            text = ast.unparse(_Graft(places[gone], ast.parse(new, mode="eval").body).visit(tree))
            tree = ast.parse(text)
        except (SyntaxError, ValueError, AttributeError, TypeError):
            continue
    return ast.unparse(tree)


class _Graft(ast.NodeTransformer):
    """A copy of a tree in which one node is another."""

    def __init__(self, gone: ast.expr, new: ast.expr) -> None:
        self._gone = gone
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._gone:
            return self._new
        copied = type(node)()
        for name in (*node._fields, "lineno", "col_offset"):
            value = getattr(node, name, None)
            if isinstance(value, list):
                value = [self.visit(each) if isinstance(each, ast.AST) else each for each in value]
            elif isinstance(value, ast.AST):
                value = self.visit(value)
            if hasattr(node, name):
                setattr(copied, name, value)
        return copied


@st.composite
def _mixed(draw: st.DrawFn) -> str:
    """Exchange, drop and double tokens."""
    source = draw(st.sampled_from([*_CORPUS, *_PASSING, *_HONEST]))
    try:
        tokens = [t.string for t in tokenize.generate_tokens(io.StringIO(source).readline)]
    except (tokenize.TokenError, SyntaxError):
        tokens = []
    if not tokens:
        return source
    for _ in range(draw(st.integers(1, 3))):
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        new = draw(st.sampled_from(_TOKENS) | st.just(tokens[other]))
        # The first place where this word stands: so that spaces and lines stay as they were.
        source = source.replace(tokens[at], new, draw(st.integers(1, 2))) if tokens[at] else source
    return source


@st.composite
def _joined(draw: st.DrawFn) -> str:
    """Let one source run after another: the second finds what the first has left."""
    parts = draw(st.lists(st.sampled_from(_PASSING), min_size=2, max_size=3))
    return "\n".join(parts)


_judges: list[LanguageJudge] = []


@contextlib.contextmanager
def _judging() -> Iterator[None]:
    with LanguageJudge() as judge:
        _judges.append(judge)
        try:
            yield
        finally:
            _judges.remove(judge)


def _examine(source: str) -> None:
    began = time.monotonic()
    findings = check(source, "a.py")
    assert all(each.code.startswith("LANG") and each.fix for each in findings)
    try:
        compile_source(source, "a.py")
    except SourceRefusedError as refused:
        assert has_errors(refused.findings), "refused without a reason"
        is_refused = True
    else:
        assert not has_errors(findings), "the check refuses what the compiler takes"
        is_refused = False
    assert time.monotonic() - began < _SECONDS_MAX, "reading takes too long"
    if not is_refused and _judges:
        # As a payload of the limits: grafts may well compute for ever.
        verdict = _judges[0].verdict(Case("graft", "resource", source, _MODS))
        assert not verdict["danger"], verdict
        assert verdict["detail"] not in {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL"}, verdict


SUBJECT = Subject(
    "policy",
    st.one_of(
        _grafted(),
        _mixed(),
        _joined(),
        st.builds(edit, st.sampled_from(_PASSING), edits(st.sampled_from(_TOKENS))),
        st.text(max_size=30),
    ),
    _examine,
    250,
    _judging,
)

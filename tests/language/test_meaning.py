"""Under the guards, Python means what it means everywhere."""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from runtime import policy
from sdk import ApiError, Page
from sdk.api import make_api

NOW_MS = 1_700_000_000_000


def make_names(
    log: Callable[[str], None],
    call: Callable[[str, dict[str, Any]], Any] = lambda _name, _args: None,
    modules: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the names that a file begins with."""
    return policy.make_globals(
        sdk_modules={"sdk": {"Page": Page, "ApiError": ApiError, "api": make_api(call)}},
        program_modules=modules.get,
        log=log,
        now_ms=lambda: NOW_MS,
        rng=random.Random(7),  # noqa: S311  (must be repeatable)
        name="pages.a",
    )


def run(source: str, **modules: dict[str, Any]) -> dict[str, Any]:
    """Run a file and return its globals; ``modules`` are the program's other files."""
    calls: list[tuple[str, dict[str, Any]]] = []
    logged: list[str] = []

    def call(name: str, args: dict[str, Any]) -> None:
        calls.append((name, args))
        if name == "pay.open":
            raise ApiError("conflict", "Paid already.")

    names = make_names(logged.append, call, modules)
    exec(policy.compile_source(source, "pages/a.py"), names)  # noqa: S102  (this is the subject)
    return {**names, "calls": calls, "logged": logged}


def value(expression: str, before: str = "") -> Any:
    """Return the value of an expression."""
    return run(f"{before}\nOUT = {expression}")["OUT"]


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ("class A:\n    n = 1\na = A()\na.n += 2", "a.n", 3),
        ("d = {'k': [1]}\nd['k'][0] -= 3\nd['k'] += [5]", "d", {"k": [-2, 5]}),
        ("x: int = 4\nx **= 2", "x", 16),
        ("s = 'a%s'\ns %= 1", "s", "a1"),
        (
            "seen = []\ndef k():\n    seen.append(1)\n    return 'k'\nd = {'k': 1}\nd[k()] += 1",
            "[d, seen]",
            [{"k": 2}, [1]],
        ),
        ("a, (b, *c), [d, e] = 1, (2, 3, 4), [5, 6]", "[a, b, c, d, e]", [1, 2, [3, 4], 5, 6]),
        (
            (
                "def f():\n  n = 0\n  def g():\n    nonlocal n\n    n += 1\n    return n\n"
                "  g()\n  return g()"
            ),
            "f()",
            2,
        ),
        ("def g():\n    got = yield 1\n    yield got\nx = g()\nnext(x)", "x.send(5)", 5),
        (
            "def f(a, /, b, *c, d=4, **e):\n    return [a, b, c, d, e]",
            "f(1, *[2, 3], **{'d': 5, 'z': 6})",
            [1, 2, (3,), 5, {"z": 6}],
        ),
        (
            (
                "match {'a': 'tea', 'b': ['a', 'b']}:\n    case {'a': 'tea', 'b': [x, *y]}:\n"
                "        got = [x, y]"
            ),
            "got",
            ["a", ["b"]],
        ),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    got = str(e)",
            "got",
            "division by zero",
        ),
        ("try:\n    {}['x']\nexcept:\n    got = 'caught'", "got", "caught"),
        (
            (
                "class E(ValueError):\n    def __init__(self, code):\n"
                "        super().__init__(code)\n"
                "        self.code = code\ntry:\n    raise E('c')\nexcept ValueError as e:\n"
                "    got = [e.code, e.args]"
            ),
            "got",
            ["c", ("c",)],
        ),
        (
            (
                "class A:\n    def __init__(self, n):\n        self.n = n\n    @property\n"
                "    def twice(self):\n        return self.n * 2\n    def __eq__(self, o):\n"
                "        return self.n == o.n\nclass B(A):\n    def __init__(self, n):\n"
                "        super().__init__(n)\n    def __len__(self):\n        return self.n\n"
                "    def __str__(self):\n        return f'B{self.n}'"
            ),
            "[B(3).twice, B(2) == A(2), len(B(4)), str(B(5)), f'{B(6)!s:>4}']",
            [6, True, 4, "B5", "  B6"],
        ),
        (
            (
                "class A:\n    @staticmethod\n    def s(x):\n        return x\n    @classmethod\n"
                "    def c(cls):\n        return cls.s(2)"
            ),
            "[A.s(1), A.c(), A().c()]",
            [1, 2, 2],
        ),
        ("", "f'{3.14159:.{1 + 1}f} {\"a\":>3} {1 + 1!r}'", "3.14   a 2"),
        ("", "'{} {a:>4} {}'.format(1, 3, a=2)", "1    2 3"),
        ("", "'%05.1f|%s' % (2.25, 'x')", "002.2|x"),
        (
            "",
            "[isinstance('a', str), isinstance(1, (str, int)), str('x'), str(5)]",
            [True, True, "x", "5"],
        ),
        ("", "','.join(map(str, sorted({3, 1, 2}, reverse=True)))", "3,2,1"),
        ("", "[x * y for x in range(3) if x for y in [10, 20]]", [10, 20, 20, 40]),
        ("", "{k: v for k, v in zip('ab', [1, 2])}", {"a": 1, "b": 2}),
        ("", "(lambda x, y=2: x + y)(1)", 3),
        ("", "[1, 2, 3][::-1][0:2]", [3, 2]),
        ("x = {'a': 1}\ndel x['a']", "x", {}),
        ("", "getattr([], 'nothing', 'default')", "default"),
        ("", "hasattr({}, 'items')", True),
        ("class A:\n    pass\na = A()\nsetattr(a, 'n', 1)", "a.n", 1),
        ("", "'é'.encode().decode()", "é"),
        (
            (
                "class A:\n    _count = 0\n    def _grow(self):\n        self._n = 1\n"
                "        self._n += A._count + 2\n        return self._n"
            ),
            "A()._grow()",
            3,
        ),
        (
            (
                "class A:\n    def __init__(self, n):\n        self.n = n\n"
                "    def __eq__(self, o):\n        return self.n == o.n\n"
                "    def __hash__(self):\n        return hash((self.n, 'a'))"
            ),
            "len({A(1), A(1), A(2)})",
            2,
        ),
        ("Rows = list[dict[str, int]]\nx: Rows = []", "x", []),
        ("", "[isinstance('a', int | str), isinstance(None, str | None)]", [True, True]),
        ("def f(*args, **more):\n    return [args, more]", "f(1, a=2)", [(1,), {"a": 2}]),
    ],
)
def test_expression(before: str, expression: str, expected: Any) -> None:
    """What a merchant writes does what any Python book says."""
    assert expected == value(expression, before)


@pytest.mark.parametrize(
    ("module", "expression", "expected"),
    [
        ("math", "math.floor(math.sqrt(10))", 3),
        ("json", "json.loads(json.dumps({'a': [1, None, 'é']}))", {"a": [1, None, "é"]}),
        ("re", "re.sub(r'(\\d+)', lambda m: str(int(m.group(1)) * 2), 'a1b20')", "a2b40"),
        ("re", "re.compile('b+', re.I).search('aBBc').span()", (1, 3)),
        ("re", "[m.group() for m in re.finditer('a.', 'abac')]", ["ab", "ac"]),
        ("datetime", "datetime.datetime.now().isoformat()", "2023-11-14T22:13:20"),
        ("datetime", "str(datetime.date.today() + datetime.timedelta(days=1))", "2023-11-15"),
        (
            "datetime",
            "datetime.datetime.strptime('2024-02-03', '%Y-%m-%d').strftime('%d.%m.')",
            "03.02.",
        ),
        ("datetime", "isinstance(datetime.datetime(2020, 1, 1), datetime.date)", True),
        ("time", "time.time()", NOW_MS / 1000),
        ("decimal", "str((decimal.Decimal('1.005')).quantize(decimal.Decimal('0.01')))", "1.00"),
        ("collections", "collections.Counter('abca').most_common(1)", [("a", 2)]),
        ("itertools", "list(itertools.chain.from_iterable([[1], [2]]))", [1, 2]),
        ("functools", "functools.partial(int, base=2)('101')", 5),
        (
            "functools",
            "[functools.lru_cache(maxsize=1)(lambda x: x + 1)(n) for n in (1, 1)]",
            [2, 2],
        ),
        ("operator", "sorted([{'n': 2}, {'n': 1}], key=operator.itemgetter('n'))[0]", {"n": 1}),
        ("statistics", "[statistics.mean([1, 2, 3]), statistics.median([1, 9])]", [2, 5.0]),
        ("textwrap", "textwrap.shorten('hello big world', 12, placeholder='…')", "hello big…"),
        ("bisect", "bisect.bisect([1, 2, 3], 2)", 2),
        ("heapq", "heapq.nsmallest(2, [3, 1, 2])", [1, 2]),
        ("copy", "copy.deepcopy({'a': [1, {2}]})", {"a": [1, {2}]}),
        ("calendar", "[calendar.monthrange(2024, 2), calendar.month_name[5]]", [(3, 29), "May"]),
        ("uuid", "len(str(uuid.uuid4()))", 36),
        ("string", "string.Template('$a for $b').substitute(a='tea', b=2)", "tea for 2"),
        (
            "json",
            "json.dumps({'a': 'é'}, ensure_ascii=True, separators=(',', ':'))",
            r'{"a":"\u00e9"}',
        ),
        ("random", "random.Random(3).randint(1, 6) == random.Random(3).randint(1, 6)", True),
        ("re", "re.findall('A', 'aA', re.I)", ["a", "A"]),
        ("re", "bool(re.fullmatch(r'[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+', 'a@b.co.uk'))", True),
        ("re", "re.sub('a', 'b', 'AaA', 0, re.I)", "bbb"),
        ("functools", "functools.reduce(lambda a, b: a * b, [1, 2, 3])", 6),
        ("string", "string.digits", "0123456789"),
    ],
)
def test_module(module: str, expression: str, expected: Any) -> None:
    """The modules that there are do what they do everywhere; time is the event's."""
    assert expected == value(expression, f"import {module}")


def test_dataclasses() -> None:
    """A dataclass has its fields in order, with defaults, equality, order and a text."""
    found = run(
        "from dataclasses import dataclass, field, asdict, replace\n"
        "from typing import ClassVar, Optional\n"
        "@dataclass(order=True)\nclass Item:\n    name: str\n    price: Optional[int] = 3\n"
        "    tags: list = field(default_factory=list, repr=False)\n    KINDS: ClassVar = 2\n"
        "    def __post_init__(self):\n        self.long = len(self.name) > 3\n"
        "@dataclass(frozen=True)\nclass Big:\n    name: str\n    size: int = 9\n"
        "a, b = Item('tea'), Item('cup', tags=['x'])\n"
        "try:\n    Big('x').size = 1\nexcept AttributeError as error:\n    text = str(error)\n"
        "OUT = [repr(a), a == Item('tea'), sorted([a, b])[0].name, asdict(b), a.long,\n"
        "       replace(a, price=1).price, Big('x').size, text, a.tags is b.tags]"
    )

    assert [
        "Item(name='tea', price=3)", True, "cup", {"name": "cup", "price": 3, "tags": ["x"]},
        False, 1, 9, "Big is frozen: size cannot be changed", False,
    ] == found["OUT"]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    x: list = []",
        "class A:\n    x: int = 1\n    y: str",
        "class A:\n    x: int\nA()",
        "class A:\n    x: int\nA(1, 2)",
        "class A:\n    x: int\nA(1, x=2)",
    ],
)
def test_a_wrong_dataclass_is_said(source: str) -> None:
    """What Python refuses in a dataclass is refused in the same kind of words."""
    with pytest.raises((TypeError, ValueError)):
        run(f"from dataclasses import dataclass\n@dataclass\n{source}")


def test_chance_is_the_events() -> None:
    """The same seed gives the same draw, so that a recorded event runs again exactly."""
    draw = "[random.randint(1, 6), random.choice('abc'), random.random()]"

    assert value(draw, "import random") == value(draw, "import random")


def test_own_files_are_imported() -> None:
    """Files of the package are modules; their private names are not."""
    prices = run("RATE = 2\ndef total(x):\n    return x * RATE")

    found = run(
        "from pages.prices import total\nfrom pages import prices\nOUT = [total(2), prices.RATE]",
        **{"pages.prices": prices},
    )

    assert [4, 2] == found["OUT"]


def test_classes_of_another_file_can_be_bases() -> None:
    """A page may share its behaviour with another through a class of their own."""
    base = run("from sdk import Page\nclass Shop(Page):\n    def hello(self):\n        return 'hi'")

    found = run(
        "from shop import Shop\nclass Home(Shop):\n    pass\nOUT = Home().hello()", shop=base
    )

    assert "hi" == found["OUT"]


def test_print_writes_to_the_log() -> None:
    """``print`` is for the merchant, not for the host's terminal."""
    assert ["a 1 [2]"] == run("print('a', 1, [2])")["logged"]


def test_a_refused_call_is_caught_by_its_code() -> None:
    """``ApiError`` tells a program why, so that it can go on."""
    found = run(
        "from sdk import api, ApiError\ntry:\n    api.pay.open('o', then='paid')\n"
        "except ApiError as error:\n    OUT = [error.code, error.message]"
    )

    assert ["conflict", "Paid already."] == found["OUT"]


def test_state_stays_on_the_instance() -> None:
    """Assigning to ``self`` does not change the class: pages of two people stay apart."""
    found = run(
        "from sdk import Page\nclass Cart(Page):\n    qty: int = 1\n    def more(self):\n"
        "        self.qty += 1\na = Cart()\nb = Cart()\na.more()\nOUT = [a.qty, b.qty]"
    )

    assert [2, 1] == found["OUT"]


@pytest.mark.parametrize(
    ("before", "expression", "message"),
    [
        ("import json", "setattr(json, 'dumps', 1)", "cannot be changed"),
        ("", "getattr(1, '__class__')", "has no attribute '__class__' here"),
        ("", "getattr(int, 'mro')", "has no attribute 'mro' here"),
        ("", "'{0.a}'.format(1)", "format fields take no"),
        ("class A:\n    pass", "str[A]", "has no items"),
        ("import re", "re.match('(a+)+', 'a')", "repeat inside a repeat"),
        ("", "'x'.encode('idna')", "the encodings here are"),
    ],
)
def test_refusal_at_run_time(before: str, expression: str, message: str) -> None:
    """What no static rule can see is refused when it happens, in words that help."""
    with pytest.raises((AttributeError, TypeError, ValueError, LookupError), match=message):
        value(expression, before)

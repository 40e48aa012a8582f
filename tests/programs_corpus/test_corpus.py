"""Ordinary programs work: whoever writes the Python and HTML they know is not stopped.

Each folder beside this file is a program written from the tutorial and the reference alone.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.package import read_package, write_package
from runtime.pool import CallRequest, Event, Pool, PoolSettings, ProgramCode
from runtime.program import build_views, check_files
from runtime.session import PageSession
from sdk.testing import OpenPage, open_page

HERE = Path(__file__).parent
PROGRAMS = sorted(path for path in HERE.iterdir() if (path / "manifest.json").is_file())


def keep_a_list(page: OpenPage) -> None:
    """A dataclass, private helpers, properties, a form and a bar with a width."""
    for line in ("Buy milk #home", "Call Bo"):
        page.fill("input[name=draft]", line).submit("form")
    page.change("input[type=checkbox]", value=True)

    assert (1, 50) == (page.state["left"], page.state["percent"])
    page.tap("button[data-show=done]")
    assert ["Buy milk"] == [todo["text"] for todo in page.state["visible"]]
    page.tap("button.x")
    assert ("storage.set", page.state["todos"]) == (page.calls[-1][0], page.calls[-1][1]["value"])


def split_a_bill(page: OpenPage) -> None:
    """Decimals, own exceptions, try/else/finally, sorting by tuples, all ways to format."""
    page.fill("input[inputmode=decimal]", "100").tap("button.primary")
    assert "Bo pays Ann 33.33" in page.text

    page.fill("input[inputmode=decimal]", "abc").tap("button.primary")
    assert "'abc' is not an amount" in page.text


def look_for_a_home(page: OpenPage) -> None:
    """Components in components with events and slots; number fields; lambdas; paging."""
    page.tap("button.heart")
    assert [1] == page.state["liked"]
    assert "5 homes" in page.text

    page.fill("input.rooms", "3").fill("select.sort", "per").fill("input.budget", "1500")
    assert ["Rue B"] == [home["street"] for home in page.state["found"]]
    assert "1 home" in page.text


def mark_a_day(page: OpenPage) -> None:
    """A base page in a shared file, super(), sets, dates, itertools and statistics."""
    for day in ("2023-11-14", "2023-11-13"):
        page.tap(f"button.dot[data-day={day}]")

    assert ("Read", 2, 28) == tuple(page.state["rows"][0][key] for key in ("name", "streak", "pct"))
    assert ("ui.title", {"text": "Habits"}) == page.calls[0]


def book_a_haircut(page: OpenPage) -> None:
    """Members with an __init__, a NamedTuple with defaults, ordered dataclasses, a generator."""
    page.tap("button.day[data-day=17]").tap("button.slot")
    assert "Please tell us your name." in page.text

    page.fill("input[name=name]", "Lin Mei").tap("button.slot")
    assert ["17 Nov, 09:00"] == [each["text"] for each in page.state["mine"]]
    page.change("select.cut", "COLOUR")
    assert "09:30–11:00" == page.state["slots"][0]["label"]

    taken = {"day": "2023-11-17", "start": "2023-11-17T11:00", "minutes": 90, "cut": "COLOUR"}
    page.db.put("bookings", taken, owner="bo", document_id="slot-2023-11-17T1100")
    page.tap("button.slot[data-slot=2023-11-17T11:00]")
    assert "Somebody was quicker." in page.text
    page.tap("button.cancel").tap("button.on")
    assert ([], "December 2023") == (page.state["mine"], page.state["title"])


def play_a_quiz(page: OpenPage) -> None:
    """Chance with a seed, a namedtuple, a cache, walrus, @idempotent, a board of the best."""
    while page.state["question"]:
        right = {"Hangzhou", "Aged tea", "80 °C", "A lidded cup", "Lu Yu", "half oxidised"}
        (choice,) = right & set(page.state["question"]["choices"])
        page.tap(f'button[data-choice="{choice}"]')

    assert 150 == page.state["points"]
    assert [150] == [doc["points"] for doc in page.db.all("scores")]
    page.tap("button.again")
    assert (0, 0) == (page.state["at"], page.state["points"])


def settle_a_journey(page: OpenPage) -> None:
    """Components that keep data and emit, members of text in the state, +=, heaps, decimals."""
    page.fill("input[name=amount]", "100").submit("form.expense")
    assert "Bo pays Ann €33.33" in page.text

    page.fill("select[name=way]", "shares").tap("button.more")
    page.fill("input[name=amount]", "10,01").submit("form.expense")
    assert "Bo pays Ann €35.83" in page.text

    page.tap("button.edit").change("input[name=draft]", "Hotel").submit("form.rename")
    assert ["Hotel", "Something"] == [each["what"] for each in page.state["expenses"]]
    page.tap("button.drop")
    assert [1001] == [each["cents"] for each in page.state["expenses"]]
    page.fill("input[name=amount]", "ten").submit("form.expense")
    assert "'ten' is not an amount" in page.text


USES: dict[str, tuple[str, Callable[[OpenPage], None]]] = {
    "todo": ("pages/todo/todo", keep_a_list),
    "splitter": ("pages/split/split", split_a_bill),
    "homes": ("pages/list/list", look_for_a_home),
    "habits": ("pages/home/home", mark_a_day),
    "salon": ("pages/book/book", book_a_haircut),
    "quiz": ("pages/play/play", play_a_quiz),
    "trip": ("pages/split/split", settle_a_journey),
}


def test_every_program_is_used() -> None:
    """No folder stands here that no test opens."""
    assert set(USES) == {path.name for path in PROGRAMS}


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda path: path.name)
def test_program_is_packed_without_a_word(folder: Path) -> None:
    """No rule is broken, and the package has a view for each page."""
    package = read_package(write_package(folder))

    assert [] == [str(finding) for finding in check_files(package.files)]
    assert set(package.manifest.pages) == set(build_views(package).pages)


@pytest.mark.parametrize("folder", PROGRAMS, ids=lambda path: path.name)
def test_program_does_what_it_is_for(folder: Path) -> None:
    """Opened and used as a person would."""
    page, use = USES[folder.name]

    use(open_page(folder, page))


def test_programs_run_behind_all_walls() -> None:
    """What works in a merchant's test works in a real worker, page by page."""
    packages = {path.name: read_package(write_package(path)) for path in PROGRAMS}

    async def answer(request: CallRequest) -> object:
        if request.name == "db.find":
            return {"items": [], "after": None}
        return request.args.get("default")

    async def run() -> None:
        pool = Pool(PoolSettings())
        await pool.start()
        try:
            for name, package in packages.items():
                sources = {
                    path: text.decode()
                    for path, text in package.files.items()
                    if path.endswith(".py")
                }
                code = ProgramCode(f"{name}/one-page", await pool.compile(sources))
                for page, view in build_views(package).pages.items():
                    opened = Event("event-1", page, "on_load", {}, now_ms=1_700_000_000_000)
                    outcome = await pool.run_event(code, opened, answer)
                    assert PageSession(view.template, outcome.state).tree.children
                assert pool.worker_pids(code.key)
        finally:
            await pool.stop()

    asyncio.run(run())

"""What a browser may send about pages, and what it gets back: the shapes of the live channel."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from host.bridge.errors import EventRefusedError
from sdk.contract.shapes import whole

T = TypeVar("T")
Id = Annotated[str, Meta(min_length=8, max_length=64, pattern=whole(r"[A-Za-z0-9-]+"))]
ProgramId = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=4000)]
Name = Annotated[str, Meta(max_length=100)]
Small = Annotated[dict[Name, Text], Meta(max_length=50)]
Page = Annotated[str, Meta(max_length=200)]

TOUCHES = frozenset({"tap", "change", "input", "submit", "longpress"})
# Life-cycle methods that a browser may set off by itself.
BROWSER_LIFE = frozenset(
    {"app:on_hide", "app:on_show", "on_hide", "on_pull_down", "on_reach_bottom", "on_unload"}
)


class OpenRequest(msgspec.Struct, frozen=True):
    """``page.open``: show a page that is new.  The id is the browser's, so it may ask again."""

    program_id: ProgramId
    page_id: Id
    path: Page = ""
    query: Small = {}
    version_id: Id | None = None


class TouchRequest(msgspec.Struct, frozen=True):
    """``page.event``: somebody did something to an element, wrote into a field, or scrolled."""

    program_id: ProgramId
    page_id: Id
    event_id: Id
    # The page's number that the browser showed when it happened.
    n: int
    type: Literal["tap", "change", "input", "submit", "longpress", "model", "life", "share"]
    handler: Name = ""
    path: Annotated[list[Annotated[int, Meta(ge=0, le=10_000)]], Meta(max_length=100)] = []
    dataset: Small = {}
    value: Text | bool | None = None
    fields: Small = {}
    models: Annotated[dict[Name, Text | bool], Meta(max_length=50)] = {}


class ResumeRequest(msgspec.Struct, frozen=True):
    """``page.resume``: bring a page up to date; ``n`` is -1 when the browser shows nothing."""

    program_id: ProgramId
    page_id: Id
    n: int
    # The page has come to the front again.
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What the browser gets for any of them."""

    page_id: str
    n: int
    # The whole page, or what it is missing.
    tree: Any = None
    patches: list[dict[str, Any]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    # Questions that wait for this person, whose sheets should be open.
    sheets: list[dict[str, str]] = field(default_factory=list)
    title: str = ""
    path: str = ""
    life: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentNeeded:
    """The program cannot be opened before the person has decided about its required scopes."""

    page_id: str
    url: str


class PageFailedError(Exception):
    """An event did not happen.  The merchant has been told why; the person is told that."""

    def __init__(self, page_id: str, *, is_retryable: bool, detail: str = "") -> None:
        super().__init__(page_id)
        self.page_id = page_id
        self.is_retryable = is_retryable
        # For the merchant and the reviewer during a trial; empty for everybody else.
        self.detail = detail


def read_request(kind: type[T], payload: dict[str, Any]) -> T:
    """Return what a browser sent as ``kind``, or refuse it."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as error:
        raise EventRefusedError(
            "The browser sent what no page can cause: %(why)s. Load the page again.", why=str(error)
        ) from None

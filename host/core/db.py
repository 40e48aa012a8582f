"""The port to the database: what a use case may ask of an open transaction.

A use case is a plain synchronous function whose first argument is the open transaction.  Nothing
can be awaited inside one, so a cancelled request cannot tear it.  ``host.core.sqlite`` is the
database that ships; PostgreSQL takes the same functions and the same SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from host.core.errors import AppError, UnavailableError

Value = str | int | bytes | None
Row = Mapping[str, Any]
# What a column of given rows holds.
Kind: TypeAlias = type[str] | type[int]
P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")


class OutcomeUnknownError(UnavailableError):
    """The database failed while the change was being made durable."""

    problem = "outcome-unknown"
    title = "Outcome unknown"


class Tx(Protocol):
    """An open transaction, on the thread that runs it."""

    def rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row."""
        ...

    def row(self, sql: str, **params: Value) -> Row | None:
        """Return the first row, or None."""
        ...

    def run(self, sql: str, **params: Value) -> int:
        """Change rows and return how many."""
        ...

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql``, whose places are ``?``, for each of ``rows``; return how many it changed."""
        ...

    def run_set(self, sql: str, given: Mapping[str, Kind], rows: Sequence[Sequence[Value]]) -> int:
        """Run ``sql`` once, which reads ``rows`` as the table ``given`` of these columns.

        For a change of many rows, each by something of its own: ``UPDATE … FROM given WHERE …``.
        """
        ...

    def lock_rows(self, sql: str, **params: Value) -> list[Row]:
        """Return every row, and let nobody else change them until this transaction ends."""
        ...

    def claim_row(self, sql: str, **params: Value) -> Row | None:
        """Lock and return the first row that nobody else has locked, or None."""
        ...

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` on the event loop once the commit is durable; never if it is undone."""
        ...

    def signal(self, topic: str, value: object, hint: str = "") -> None:
        """Hand ``value`` to the listeners of ``topic`` once the commit is durable.

        Those of other processes on the same database get ``hint``, a short text, instead.
        """
        ...

    def claim_turn(self, name: str) -> bool:
        """Take the turn called ``name`` until this transaction ends; False if another has it."""
        ...


# A use case for a set of items: what each comes to, in their order.
Together: TypeAlias = Callable[[Tx, Sequence[Item]], Sequence[T | AppError]]


class Database(Protocol):
    """Where use cases run."""

    async def write(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Queue ``use_case`` and return what it returned once its commit is durable.

        Everything queued while the last commit ran shares the next one; each use case has its own
        savepoint, so a refusal undoes that one alone.  Cancelling the caller does not cancel the
        work.
        """
        ...

    async def write_together(self, use_case: Together[Item, T], item: Item) -> T:
        """Queue ``item`` for ``use_case``, which gets at once all that queued one after the other.

        The use case returns one result or refusal for each item, in order, and an item that it
        refuses changes nothing.  Should it fail as a whole, it is called for each item alone.
        """
        ...

    async def read(
        self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``use_case`` on a snapshot that cannot be written to."""
        ...

    def listen(
        self,
        topic: str,
        callback: Callable[[object], None],
        *,
        elsewhere: Callable[[str | None], None] | None = None,
    ) -> None:
        """Call ``callback`` on the event loop with each value signalled under ``topic``.

        ``elsewhere`` is called with the hint of what another process signalled, and with None when
        some of those may have been missed.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued and let go of the files."""
        ...


def only(results: Sequence[T | AppError]) -> T:
    """Return the one result of a use case for a set of items, or raise its refusal."""
    (result,) = results
    if isinstance(result, AppError):
        raise result
    return result


def expand(sql: str, **lists: Sequence[Value]) -> tuple[str, dict[str, Value]]:
    """Write a list parameter out: ``expand("… id IN (:ids)", ids=["a", "b"])``.

    Returns the SQL with its placeholders, and the parameters.  The number of placeholders is a
    power of two, the rest of them NULL, which matches nothing: so that few different statements
    are ever prepared.  Values never become part of the SQL.
    """
    params: dict[str, Value] = {}
    for name, values in lists.items():
        count = 1 << max(len(values) - 1, 0).bit_length()
        padded = (*values, *repeat(None, count - len(values)))
        params.update(zip(_places(name, count), padded, strict=True))
        sql = sql.replace(f":{name})", ", ".join(f":{n}" for n in _places(name, count)) + ")")
    return sql, params


def widen(
    sql: str, rows: Sequence[Sequence[Value]], *, width: int
) -> list[tuple[str, Sequence[Sequence[Value]]]]:
    """Write an INSERT of one row as one of ``width`` rows, as far as there are so many.

    Returns the statements and what to run each with; what is no plain INSERT stays as it is.
    """
    wide = _widened(sql, width) if len(rows) >= width else None
    if wide is None:
        return [(sql, rows)]
    whole = len(rows) - len(rows) % width
    chunks = [tuple(chain.from_iterable(rows[n : n + width])) for n in range(0, whole, width)]
    return [(wide, chunks), (sql, rows[whole:])] if whole < len(rows) else [(wide, chunks)]


@cache
def _widened(sql: str, width: int) -> str | None:
    into, values, places = sql.partition(" VALUES (")
    if not into.startswith("INSERT") or not places.endswith(")"):
        return None
    return into + values[:-1] + ", ".join(["(" + places] * width)


@cache
def _places(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}_{n}" for n in range(count))

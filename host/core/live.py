"""The live channel: numbered events per person, pushed over one WebSocket per browser.

An event is a hint; the truth is in the tables.  ``publish`` numbers it in the caller's transaction
without gaps, so a browser that has seen event 7 asks for "since 7" and misses nothing, whatever
happened to its connection or to this process.  The socket itself is ``host.core.live_socket``.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from host.core.db import Database, Row, Tx, Value
from host.core.errors import SignInRequiredError

TOPIC = "live"
# A consumer that is this far behind is closed with "resume": it reads the rest from the database.
# The kind of an event that another process numbered: kind and payload are in the table.
TO_BE_READ = ""
WAITING_COUNT_MAX = 256
WAITING_BYTES_MAX = 1024 * 1024
PAGE_COUNT_MAX = 200
# Tabs and devices of one person.  One more closes the one opened first, which then comes back.
CONNECTIONS_PER_PERSON_MAX = 40
TICKET_TTL_MS = 30_000
# Older events are swept; a browser that comes back later loads its pages anew.
KEPT_MS = 30 * 24 * 3600 * 1000

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One numbered event of one person."""

    person_id: str
    ev: int
    kind: str
    payload: Payload

    def encode(self) -> bytes:
        """Return the frame that a browser gets."""
        return msgspec.json.encode({"ev": self.ev, "kind": self.kind, "payload": self.payload})


def publish(
    tx: Tx, person_ids: Iterable[str], kind: str, payload: dict[str, Value], *, now_ms: int
) -> None:
    """Number an event for each person and push it once the commit is durable."""
    text = msgspec.json.encode(payload).decode()
    for person_id in sorted(set(person_ids)):
        row = tx.row(
            "INSERT INTO core_live_counter (person_id, last_ev) VALUES (:person, 1)"
            " ON CONFLICT (person_id) DO UPDATE SET last_ev = core_live_counter.last_ev + 1"
            " RETURNING last_ev",
            person=person_id,
        )
        assert row is not None, "RETURNING always gives the row"
        tx.run(
            "INSERT INTO core_live_event (person_id, ev, kind, payload, created_at_ms)"
            " VALUES (:person, :ev, :kind, :payload, :now)",
            person=person_id,
            ev=row["last_ev"],
            kind=kind,
            payload=text,
            now=now_ms,
        )
        event = LiveEvent(person_id, row["last_ev"], kind, payload)
        tx.signal(TOPIC, event, f"{person_id} {event.ev}")


def find_events(tx: Tx, person_id: str, *, since: int) -> list[LiveEvent]:
    """Return the person's events after ``since`` in order, at most 200."""
    rows = tx.rows(
        "SELECT ev, kind, payload FROM core_live_event WHERE person_id = :person AND ev > :since"
        " ORDER BY ev LIMIT :limit",
        person=person_id,
        since=since,
        limit=PAGE_COUNT_MAX,
    )
    return [_event(person_id, row) for row in rows]


def last_ev(tx: Tx, person_id: str) -> int:
    """Return the number of the person's last event, 0 when there was none."""
    row = tx.row("SELECT last_ev FROM core_live_counter WHERE person_id = :p", p=person_id)
    return 0 if row is None else int(row["last_ev"])


def issue_ticket(tx: Tx, person_id: str, session_id: str, *, now_ms: int) -> str:
    """Return a ticket that opens one WebSocket, once, within thirty seconds."""
    ticket = secrets.token_urlsafe(24)
    tx.run("DELETE FROM core_live_ticket WHERE expires_at_ms < :now", now=now_ms)
    tx.run(
        "INSERT INTO core_live_ticket (ticket_hash, person_id, session_id, expires_at_ms)"
        " VALUES (:hash, :person, :session, :until)",
        hash=_hash(ticket),
        person=person_id,
        session=session_id,
        until=now_ms + TICKET_TTL_MS,
    )
    return ticket


def use_ticket(tx: Tx, ticket: str, *, now_ms: int) -> tuple[str, str]:
    """Take a ticket and return its person and session; it never works twice."""
    row = tx.row(
        "DELETE FROM core_live_ticket WHERE ticket_hash = :hash"
        " RETURNING person_id, session_id, expires_at_ms",
        hash=_hash(ticket),
    )
    if row is None or row["expires_at_ms"] < now_ms:
        raise SignInRequiredError("This ticket was used or is too old. Ask for a new one.")
    return row["person_id"], row["session_id"]


def revoke_tickets(tx: Tx, session_id: str) -> None:
    """Take back the tickets of a session that is signed out."""
    tx.run("DELETE FROM core_live_ticket WHERE session_id = :session", session=session_id)


def sweep(tx: Tx, *, now_ms: int) -> int:
    """Forget events that nobody resumes from any more and return how many."""
    return tx.run("DELETE FROM core_live_event WHERE created_at_ms < :at", at=now_ms - KEPT_MS)


class Socket(Protocol):
    """What the hub needs of a WebSocket."""

    async def send(self, data: bytes | str) -> None:
        """Send one frame."""
        ...


@dataclass(eq=False, slots=True)
class Connection:
    """One open WebSocket of one person."""

    person_id: str
    session_id: str
    socket: Socket
    last_ev: int
    lang: str = "en"
    # What must be undone when the socket closes, such as forgetting the pages it shows.
    on_close: list[Callable[[], None]] = field(default_factory=list)
    # Set by the hub when this connection must end, with the reason that the browser gets.
    ended: "asyncio.Future[str]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    queue: "asyncio.Queue[LiveEvent]" = field(default_factory=asyncio.Queue)
    waiting_bytes: int = 0
    _send_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, kind: str, payload: Payload) -> None:
        """Send a frame of this connection alone: not numbered, not kept."""
        await self.send_frame(msgspec.json.encode({"kind": kind, "payload": payload}))

    async def send_frame(self, frame: bytes) -> None:
        """Send one frame; two senders never mix."""
        async with self._send_lock:
            await self.socket.send(frame.decode())

    def end(self, reason: str) -> None:
        """Ask the socket's task to close it."""
        if not self.ended.done():
            self.ended.set_result(reason)


UpstreamHandler = Callable[[Connection, Payload], Awaitable[None]]


class Hub:
    """The open connections of this process, by person."""

    def __init__(self, db: Database) -> None:
        # By person, in the order in which they were opened.
        self._by_person: dict[str, dict[Connection, None]] = {}
        self._upstream: dict[str, UpstreamHandler] = {}
        db.listen(TOPIC, self._push, elsewhere=self._push_hint)

    def on(self, kind: str, handler: UpstreamHandler) -> None:
        """Let ``handler`` take what browsers send under ``kind``."""
        if kind in self._upstream:
            raise ValueError(f"{kind} has a handler already")
        self._upstream[kind] = handler

    def find_upstream(self, kind: str) -> UpstreamHandler | None:
        """Return the handler of ``kind``."""
        return self._upstream.get(kind)

    def add(self, connection: Connection) -> None:
        """Begin to push to ``connection``."""
        mine = self._by_person.setdefault(connection.person_id, {})
        mine[connection] = None
        for oldest in list(mine)[:-CONNECTIONS_PER_PERSON_MAX]:
            oldest.end("too-many")

    def remove(self, connection: Connection) -> None:
        """Stop pushing to ``connection`` and run what it left to undo."""
        mine = self._by_person.get(connection.person_id, {})
        mine.pop(connection, None)
        if not mine:
            self._by_person.pop(connection.person_id, None)
        for undo in connection.on_close:
            undo()
        connection.on_close.clear()

    def connections(self, person_id: str) -> list[Connection]:
        """Return the open connections of a person."""
        return list(self._by_person.get(person_id, ()))

    def end_session(self, person_id: str, session_id: str) -> None:
        """Close the sockets of a session that was signed out."""
        for connection in self.connections(person_id):
            if connection.session_id == session_id:
                connection.end("signed-out")

    def end_all(self, reason: str) -> None:
        """Ask every socket to close: the host is stopping."""
        for connections in list(self._by_person.values()):
            for connection in list(connections):
                connection.end(reason)

    def count(self) -> int:
        """Return the number of open connections."""
        return sum(map(len, self._by_person.values()))

    def _push_hint(self, hint: str | None) -> None:
        """Push what another process numbered; whoever sends it reads it first."""
        if hint is None:  # whose event was missed is not known: all come back and catch up
            self.end_all("resume")
            return
        person_id, _, ev = hint.partition(" ")
        if person_id in self._by_person:
            self._push(LiveEvent(person_id, int(ev), TO_BE_READ, {}))

    def _push(self, value: object) -> None:
        assert isinstance(value, LiveEvent), "only publish() signals under this topic"
        frame_bytes = 64 + sum(len(str(v)) for v in value.payload.values())
        for connection in self.connections(value.person_id):
            connection.queue.put_nowait(value)
            connection.waiting_bytes += frame_bytes
            if (
                connection.queue.qsize() > WAITING_COUNT_MAX
                or connection.waiting_bytes > WAITING_BYTES_MAX
            ):
                connection.end("resume")


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _event(person_id: str, row: Row) -> LiveEvent:
    return LiveEvent(person_id, row["ev"], row["kind"], msgspec.json.decode(row["payload"]))

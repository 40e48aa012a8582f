"""Money between people as a state machine: whatever they do, every unit is where it should be.

The oracle keeps what was accepted, act by act, and adds it up anew each time; the books keep
balances.  What is in flight lies in holds and control accounts, and what has ended in neither.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from host.contacts import service as contacts
from host.core.errors import AppError
from host.core.money import Money
from host.core.sqlite import SqliteTx
from host.identity import service as identity
from host.wallet import audit
from host.wallet import service as wallet
from host.wallet.model import cash_place, packet_place, split_place
from host.wallet.people_model import OfferStatus, PacketKind, PacketStatus
from host.wallet.repository import ledger
from host.wallet.repository import offer as offer_rows
from host.wallet.request_model import RequestStatus
from host.wallet.service import packets, payments, requests
from tests.conftest import START_MS
from tests.properties.ledger_machine import copy_of_migrated
from tests.wallet import make
from tests.wallet.crowd import CNY

HANDLES = ("ann", "bob", "cat")
OPENING = 1_000
HOUR_MS = 3600 * 1000
people, which = st.sampled_from(range(3)), st.integers(0, 5)
minors = st.integers(1, 700)


@dataclass
class Oracle:
    """What moved for good, and what lies where until it is decided."""

    moved: list[tuple[int, int]] = field(default_factory=list)
    held: dict[str, tuple[int, int]] = field(default_factory=dict)

    def available(self, person: int) -> int:
        """Return what somebody can spend."""
        came = sum(minor for who, minor in self.moved if who == person)
        return OPENING + came - sum(minor for who, minor in self.held.values() if who == person)


class PeopleMachine(RuleBasedStateMachine):
    """Transfers, packets and requests among three, ended by anybody at any time."""

    @initialize()
    def begin(self) -> None:
        """Three friends with ¥10 each."""
        self.connection = copy_of_migrated()
        self.oracle, self.now_ms, self.count = Oracle(), START_MS, 0
        self.offers: list[str] = []
        self.packets: list[str] = []
        self.requests: list[str] = []
        self.ids = [
            self.do(
                identity.register_person, handle=handle, name=handle, password_hash="none",
                lang="en",
            ).id
            for handle in HANDLES
        ]  # fmt: skip
        for person_id in self.ids:
            self.do(make.open_with, cash_place(person_id, CNY), OPENING)
            for other_id in self.ids:
                if other_id != person_id:
                    self.do(contacts.make_contacts, person_id, other_id)

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a use case as the writer does; return what it returned, or None when refused."""
        named = {} if use_case is contacts.make_contacts else {"now_ms": self.now_ms}
        last = (self.now_ms,) if use_case is contacts.make_contacts else ()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = use_case(SqliteTx(self.connection), *args, *last, **kwargs, **named)
        except AppError:
            self.connection.execute("ROLLBACK")
            return None
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return result

    def new_id(self, kind: str) -> str:
        """Return an id that was not used."""
        self.count += 1
        return f"{kind}-{self.count}"

    @rule(sender=people, receiver=people, minor=minors)
    def send(self, sender: int, receiver: int, minor: int) -> None:
        """Money is held, or refused where it is too much or for oneself."""
        offer_id, money = self.new_id("offer"), Money(minor, CNY)
        who = {"sender_id": self.ids[sender], "receiver_id": self.ids[receiver]}
        intent = payments.send_intent(offer_id, money=money, **who)
        confirmation_id = self.do(make.confirmed, intent)
        sent = self.do(
            payments.send_money, offer_id, money=money, memo="", confirmation_id=confirmation_id,
            **who,
        )  # fmt: skip
        can = sender != receiver and self.oracle.available(sender) >= minor
        assert can == (sent is not None)
        if sent is not None:
            self.offers.append(offer_id)
            self.oracle.held[offer_id] = (sender, minor)

    @rule(n=which, actor=people, act=st.sampled_from(["accept", "decline", "cancel"]))
    def end_offer(self, n: int, actor: int, act: str) -> None:
        """Only the right one of the two, and only once."""
        if not self.offers:
            return
        offer_id = self.offers[n % len(self.offers)]
        ended = self.do(getattr(payments, f"{act}_offer"), offer_id, actor_id=self.ids[actor])
        if ended is None or offer_id not in self.oracle.held:
            return
        sender, minor = self.oracle.held.pop(offer_id)
        assert actor == sender if act == "cancel" else self.ids[actor] == ended.receiver_id
        if ended.status is OfferStatus.ACCEPTED:
            self.oracle.moved += [(sender, -minor), (actor, minor)]

    @rule(sender=people, minor=minors, count=st.integers(1, 4), kind=st.sampled_from(PacketKind))
    def give(self, sender: int, minor: int, count: int, kind: PacketKind) -> None:
        """A packet takes its whole sum, or nothing."""
        packet_id, money = self.new_id("packet"), Money(minor, CNY)
        who = {"sender_id": self.ids[sender], "circle_id": "circle"}
        confirmation_id = self.do(
            make.confirmed, packets.packet_intent(packet_id, money=money, **who)
        )
        made = self.do(
            packets.create_packet, packet_id, kind=kind, money=money, share_count=count,
            greeting="", confirmation_id=confirmation_id, **who,
        )  # fmt: skip
        if made is not None:
            assert self.oracle.available(sender) >= minor >= count
            self.packets.append(packet_id)
            self.oracle.held[packet_id] = (sender, minor)

    @rule(n=which, person=people)
    def open_packet(self, n: int, person: int) -> None:
        """The share on top, once for each."""
        if not self.packets:
            return
        packet_id = self.packets[n % len(self.packets)]
        before = packets.find_own_share(SqliteTx(self.connection), packet_id, self.ids[person])
        share = self.do(packets.open_packet, packet_id, person_id=self.ids[person])
        if share is None or before is not None:
            assert before == share
            return
        sender, left = self.oracle.held.pop(packet_id)
        assert 1 <= share.amount_minor <= left
        if left > share.amount_minor:
            self.oracle.held[packet_id] = (sender, left - share.amount_minor)
        self.oracle.moved += [(sender, -share.amount_minor), (person, share.amount_minor)]

    @rule(maker=people, minor=minors, is_split=st.booleans())
    def ask(self, maker: int, minor: int, *, is_split: bool) -> None:
        """Asking moves nothing."""
        others = [self.ids[n] for n in range(3) if n != maker]
        request_id = self.new_id("request")
        made = self.do(
            requests.create_request, request_id, requester_id=self.ids[maker],
            circle_id="circle" if is_split else "", currency=CNY, memo="",
            shares=dict.fromkeys(others if is_split else others[:1], minor),
        )  # fmt: skip
        if made is not None:
            self.requests.append(request_id)

    @rule(n=which, person=people, act=st.sampled_from(["pay", "pay", "decline", "close"]))
    def answer(self, n: int, person: int, act: str) -> None:
        """A share is paid once, whole, to whom it is owed."""
        if not self.requests:
            return
        request_id, actor_id = self.requests[n % len(self.requests)], self.ids[person]
        before = self.find_request(request_id)
        if act == "decline":
            self.do(requests.decline_share, request_id, payer_id=actor_id)
        elif act == "close":
            self.do(requests.close_request, request_id, actor_id=actor_id)
        elif before.share_of(actor_id) is not None:
            intent = requests.pay_intent(before, actor_id)
            confirmation_id = self.do(make.confirmed, intent)
            self.do(
                requests.pay_share, request_id, payer_id=actor_id, confirmation_id=confirmation_id
            )
        paid = self.find_request(request_id).paid_minor - before.paid_minor
        if paid:
            assert act == "pay"
            payee = self.ids.index(before.requester_id)
            self.oracle.moved += [(person, -paid), (payee, paid)]

    def find_request(self, request_id: str) -> Any:
        """Return a request as it stands."""
        return requests.find_requests(SqliteTx(self.connection), [request_id])[request_id]

    @rule(hours=st.sampled_from([1, 13, 24, 24 * 8]))
    def wait(self, hours: int) -> None:
        """Time passes and the sweep does what is due: what nobody took is its sender's again."""
        self.now_ms += hours * HOUR_MS
        self.do(wallet.sweep)
        tx = SqliteTx(self.connection)
        for offer_id in self.offers:
            offer = offer_rows.find_offer(tx, offer_id)
            if offer is not None and offer.status is OfferStatus.EXPIRED:
                self.oracle.held.pop(offer_id, None)
        for packet_id in self.packets:
            packet = packets.find_packet(tx, packet_id)
            if packet is not None and packet.status is PacketStatus.RETURNED:
                self.oracle.held.pop(packet_id, None)
        # Nothing is in flight for longer than a day.
        assert hours < 24 or not self.oracle.held

    @invariant()
    def adds_up(self) -> None:
        """Everybody has what the oracle says; control accounts what is in flight, or are closed."""
        tx = SqliteTx(self.connection)
        for person, person_id in enumerate(self.ids):
            found = wallet.balance(tx, person_id, CNY)
            assert self.oracle.available(person) == found.available_minor
        for packet_id in self.packets:
            account = ledger.find_account(tx, packet_place(packet_id, CNY).id)
            packet = packets.find_packet(tx, packet_id)
            assert account is not None
            assert packet is not None
            assert self.oracle.held.get(packet_id, (0, 0))[1] == account.balance_minor
            assert (packet.status is PacketStatus.OPEN) == (account.closed_at_ms is None)
        for request in requests.find_requests(tx, self.requests).values():
            account = ledger.find_account(tx, split_place(request.id, CNY).id)
            if account is not None:
                assert 0 == account.balance_minor
                assert (request.status is RequestStatus.OPEN) == (account.closed_at_ms is None)

    def teardown(self) -> None:
        """The audit agrees."""
        if hasattr(self, "connection"):
            assert [] == audit.audit(SqliteTx(self.connection)).breaks
            self.connection.close()


TestPeople = PeopleMachine.TestCase
TestPeople.settings = settings(
    max_examples=15,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

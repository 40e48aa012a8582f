"""A group against an oracle: whatever people do, everybody sees exactly what was for them."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from host.chat import service
from host.contacts import service as contacts
from host.core.migrate import migrate
from host.core.sqlite import SqliteDatabase
from tests.chat.test_sending import read, send
from tests.conftest import START_MS
from tests.social import make_friends

HANDLES = ("ann", "bob", "cat", "dan")
people = st.sampled_from(HANDLES)
others = st.sampled_from(HANDLES[1:])


@dataclass
class Seen:
    """What one person should have in front of them."""

    seqs: list[int] = field(default_factory=list)
    read_seq: int = 0
    is_member: bool = True

    def unread(self) -> int:
        """Return how many of the messages wait."""
        return len([seq for seq in self.seqs if seq > self.read_seq])


class GroupMachine(RuleBasedStateMachine):
    """Sends, repeats, removals, returns, blocks and reading, in any order."""

    @initialize()
    def begin(self) -> None:
        """Open an empty database with four people, who all know each other, in a group."""
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "hutong.db"
        migrate(path)
        self.last_seq = 1
        self.sent: dict[str, tuple[str, int]] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.seen = {handle: Seen([1]) for handle in HANDLES}
        self.seen["ann"].read_seq = 1
        self.run(self._begin(path))

    async def _begin(self, path: Path) -> None:
        self.db = await SqliteDatabase.open(path)
        made = await make_friends(self.db, *HANDLES)
        self.ids = {person.handle: person.id for person in made}
        group = await self.db.write(
            service.create_group,
            "group",
            owner_id=self.ids["ann"],
            title="",
            member_ids=list(self.ids.values()),
            now_ms=START_MS,
        )
        self.group_id = group.id

    def run(self, work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201  (a coroutine of any kind)
        """Do some asynchronous work now."""
        return self.loop.run_until_complete(work)

    def numbered(self, sender: str, *, is_notice: bool = False) -> int:
        """Note in the oracle that a message got the next number."""
        self.last_seq += 1
        for handle, seen in self.seen.items():
            blocked = (handle, sender) in self.blocks and not is_notice
            if seen.is_member and not blocked:
                seen.seqs.append(self.last_seq)
        self.seen[sender].read_seq = self.last_seq
        return self.last_seq

    @rule(sender=people)
    def send(self, sender: str) -> None:
        """A member's message gets the next number; who left is refused."""
        if not self.seen[sender].is_member:
            return
        client_id = f"{sender}-{len(self.sent)}"
        message = self.run(send(self.db, self.group_id, self.ids[sender], "x", client_id=client_id))
        self.sent[client_id] = (sender, self.numbered(sender))

        assert message.seq == self.last_seq

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Sending again returns the first number, whatever happened since."""
        client_id = data.draw(st.sampled_from(sorted(self.sent)))
        sender, seq = self.sent[client_id]

        message = self.run(send(self.db, self.group_id, self.ids[sender], "x", client_id=client_id))

        assert message.seq == seq

    @rule(who=others)
    def remove(self, who: str) -> None:
        """The owner puts a member out; the notice is the last that they see."""
        if not self.seen[who].is_member:
            return
        self.run(
            self.db.write(
                service.remove_member,
                self.group_id,
                self.ids[who],
                actor_id=self.ids["ann"],
                now_ms=START_MS,
            )
        )
        self.numbered("ann", is_notice=True)
        self.seen[who].is_member = False

    @rule(who=others)
    def let_in(self, who: str) -> None:
        """The owner lets somebody back in, unless one of the two blocks the other."""
        hidden = {(who, "ann"), ("ann", who)} & self.blocks
        self.run(
            self.db.write(
                service.add_members,
                self.group_id,
                actor_id=self.ids["ann"],
                member_ids=[self.ids[who]],
                now_ms=START_MS,
            )
        )
        if self.seen[who].is_member or hidden:
            return
        self.seen[who] = Seen([], self.last_seq)
        self.numbered("ann", is_notice=True)

    @rule(who=people, whom=people)
    def block(self, who: str, whom: str) -> None:
        """Somebody blocks somebody, or takes the block away."""
        if who == whom:
            return
        if (who, whom) in self.blocks:
            self.blocks.discard((who, whom))
            act = contacts.unblock
        else:
            self.blocks.add((who, whom))
            act = contacts.block
        self.run(self.db.write(act, self.ids[whom], actor_id=self.ids[who], now_ms=START_MS))

    @rule(who=people, step=st.integers(min_value=-2, max_value=3))
    def mark(self, who: str, step: int) -> None:
        """Somebody reads up to some place, perhaps one that is behind or does not exist."""
        seen = self.seen[who]
        seq = seen.read_seq + step
        self.run(
            self.db.write(
                service.mark_read,
                self.group_id,
                actor_id=self.ids[who],
                seq=seq,
                now_ms=START_MS,
            )
        )
        end_seq = self.last_seq if seen.is_member else max(seen.seqs, default=0)
        seen.read_seq = max(seen.read_seq, min(seq, end_seq))

    @invariant()
    def everybody_sees_what_was_for_them(self) -> None:
        """Messages, order and unread counts are the oracle's."""
        for handle, seen in self.seen.items():
            shown = self.run(read(self.db, self.group_id, self.ids[handle]))
            unread = self.run(self.db.read(service.count_unread, self.ids[handle]))

            assert [one.seq for one in shown] == seen.seqs[:100]
            assert unread == seen.unread()

    def teardown(self) -> None:
        """Close what was opened."""
        if hasattr(self, "db"):
            self.run(self.db.close())
            self.loop.close()
            self.folder.cleanup()


TestGroup = GroupMachine.TestCase
TestGroup.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

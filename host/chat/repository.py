"""SQL of the chat domain.  Messages are read as one reader may see them: in range, not withheld."""

from collections.abc import Sequence

from host.chat.model import Body, Conversation, Kind, Member, Message, Role, SenderKind
from host.core.db import Row, Tx, expand
from host.core.paging import Cursor


def find_conversation(tx: Tx, conversation_id: str) -> Conversation | None:
    """Return a conversation."""
    row = tx.row(
        "SELECT id, kind, title, brand_id, last_seq, last_at_ms FROM chat_conversation"
        " WHERE id = :id",
        id=conversation_id,
    )
    return None if row is None else conversation_of(row)


def lock_conversation(tx: Tx, conversation_id: str) -> Conversation | None:
    """Return a conversation and let nobody else number a message in it until the end."""
    rows = tx.lock_rows(
        "SELECT id, kind, title, brand_id, last_seq, last_at_ms FROM chat_conversation"
        " WHERE id = :id",
        id=conversation_id,
    )
    return conversation_of(rows[0]) if rows else None


def find_by_pair(tx: Tx, pair_key: str) -> Conversation | None:
    """Return the conversation of two sides."""
    row = tx.row(
        "SELECT id, kind, title, brand_id, last_seq, last_at_ms FROM chat_conversation"
        " WHERE pair_key = :pair_key",
        pair_key=pair_key,
    )
    return None if row is None else conversation_of(row)


def insert_conversation(tx: Tx, conversation: Conversation, *, pair_key: str | None) -> bool:
    """Begin a conversation; False when the id or the pair has one."""
    inserted = tx.run(
        "INSERT INTO chat_conversation"
        " (id, kind, pair_key, brand_id, title, last_seq, last_at_ms, created_at_ms)"
        " VALUES (:id, :kind, :pair_key, :brand_id, :title, 0, :now, :now) ON CONFLICT DO NOTHING",
        id=conversation.id,
        kind=conversation.kind,
        pair_key=pair_key,
        brand_id=conversation.brand_id,
        title=conversation.title,
        now=conversation.last_at_ms,
    )
    return inserted > 0


def advance(tx: Tx, conversation_id: str, *, seq: int, now_ms: int) -> None:
    """Raise the counter to ``seq``, which must be the next number; time never runs back."""
    changed = tx.run(
        "UPDATE chat_conversation SET last_seq = :seq,"
        " last_at_ms = CASE WHEN last_at_ms < :now THEN :now ELSE last_at_ms END"
        " WHERE id = :id AND last_seq = :seq - 1",
        seq=seq,
        now=now_ms,
        id=conversation_id,
    )
    assert changed == 1, "the conversation was locked, so its counter cannot have moved"


def set_title(tx: Tx, conversation_id: str, title: str) -> None:
    """Rename a group."""
    tx.run(
        "UPDATE chat_conversation SET title = :title WHERE id = :id",
        title=title,
        id=conversation_id,
    )


def find_latest(
    tx: Tx, person_id: str, *, before: Cursor | None, limit: int
) -> list[tuple[Conversation, Member]]:
    """Return the person's conversations that have messages, with their places, latest first."""
    rows = tx.rows(
        "SELECT c.id, c.kind, c.title, c.brand_id, c.last_seq, c.last_at_ms,"
        " m.conversation_id, m.person_id, m.role, m.first_seq, m.left_seq, m.read_seq,"
        " m.joined_at_ms"
        " FROM chat_member AS m JOIN chat_conversation AS c ON c.id = m.conversation_id"
        " WHERE m.person_id = :person AND c.last_seq >= m.first_seq"
        " AND (CAST(:at AS BIGINT) IS NULL OR (c.last_at_ms, c.id) < (:at, :id))"
        " ORDER BY c.last_at_ms DESC, c.id DESC LIMIT :limit",
        person=person_id,
        at=before[0] if before else None,
        id=before[1] if before else "",
        limit=limit,
    )
    return [(conversation_of(row), _member(row)) for row in rows]


def find_member(tx: Tx, conversation_id: str, person_id: str) -> Member | None:
    """Return somebody's place in a conversation, also after they left."""
    row = tx.row(
        "SELECT conversation_id, person_id, role, first_seq, left_seq, read_seq, joined_at_ms"
        " FROM chat_member WHERE conversation_id = :conversation AND person_id = :person",
        conversation=conversation_id,
        person=person_id,
    )
    return None if row is None else _member(row)


def find_active(tx: Tx, conversation_id: str) -> list[Member]:
    """Return the members who have not left, longest-serving first."""
    rows = tx.rows(
        "SELECT conversation_id, person_id, role, first_seq, left_seq, read_seq, joined_at_ms"
        " FROM chat_member WHERE conversation_id = :conversation AND left_seq IS NULL"
        " ORDER BY joined_at_ms, person_id LIMIT 1000",
        conversation=conversation_id,
    )
    return [_member(row) for row in rows]


def put_member(tx: Tx, member: Member) -> None:
    """Let somebody in; whoever was here before begins anew."""
    tx.run(
        "INSERT INTO chat_member"
        " (conversation_id, person_id, role, first_seq, left_seq, read_seq, joined_at_ms)"
        " VALUES (:conversation, :person, :role, :first_seq, NULL, :read_seq, :joined)"
        " ON CONFLICT (conversation_id, person_id) DO UPDATE SET role = :role,"
        " first_seq = :first_seq, left_seq = NULL, read_seq = :read_seq, joined_at_ms = :joined",
        conversation=member.conversation_id,
        person=member.person_id,
        role=member.role,
        first_seq=member.first_seq,
        read_seq=member.read_seq,
        joined=member.joined_at_ms,
    )


def set_left(tx: Tx, conversation_id: str, person_id: str, *, left_seq: int) -> None:
    """End somebody's range at ``left_seq``."""
    tx.run(
        "UPDATE chat_member SET left_seq = :left_seq, role = 'member'"
        " WHERE conversation_id = :conversation AND person_id = :person",
        left_seq=left_seq,
        conversation=conversation_id,
        person=person_id,
    )


def set_role(tx: Tx, conversation_id: str, person_id: str, role: Role) -> None:
    """Change what a member may do."""
    tx.run(
        "UPDATE chat_member SET role = :role"
        " WHERE conversation_id = :conversation AND person_id = :person",
        role=role,
        conversation=conversation_id,
        person=person_id,
    )


def raise_read(tx: Tx, conversation_id: str, person_id: str, *, seq: int) -> bool:
    """Move a read marker forward; False when it is there or further."""
    changed = tx.run(
        "UPDATE chat_member SET read_seq = :seq WHERE conversation_id = :conversation"
        " AND person_id = :person AND read_seq < :seq",
        seq=seq,
        conversation=conversation_id,
        person=person_id,
    )
    return changed > 0


def count_unread(tx: Tx, person_id: str) -> int:
    """Return how many messages of all conversations wait for the person."""
    row = tx.row(
        "SELECT COALESCE(SUM(COALESCE(m.left_seq, c.last_seq) - m.read_seq"
        " - (SELECT COUNT(*) FROM chat_withheld AS w WHERE w.conversation_id = m.conversation_id"
        " AND w.person_id = m.person_id AND w.seq > m.read_seq)), 0) AS unread"
        " FROM chat_member AS m JOIN chat_conversation AS c ON c.id = m.conversation_id"
        " WHERE m.person_id = :person AND COALESCE(m.left_seq, c.last_seq) > m.read_seq",
        person=person_id,
    )
    assert row is not None, "SUM always gives a row"
    return int(row["unread"])


def insert_withheld(tx: Tx, conversation_id: str, person_id: str, *, seq: int) -> None:
    """Remember that a message must never reach a member."""
    tx.run(
        "INSERT INTO chat_withheld (conversation_id, person_id, seq)"
        " VALUES (:conversation, :person, :seq)",
        conversation=conversation_id,
        person=person_id,
        seq=seq,
    )


def find_withheld(tx: Tx, conversation_id: str, person_id: str, *, after_seq: int) -> set[int]:
    """Return which messages after ``after_seq`` a member does not get, at most 10,000."""
    rows = tx.rows(
        "SELECT seq FROM chat_withheld WHERE conversation_id = :conversation"
        " AND person_id = :person AND seq > :after ORDER BY seq LIMIT 10000",
        conversation=conversation_id,
        person=person_id,
        after=after_seq,
    )
    return {row["seq"] for row in rows}


def find_withheld_from(tx: Tx, conversation_id: str, seq: int) -> set[str]:
    """Return the members whom a message was withheld from."""
    rows = tx.rows(
        "SELECT person_id FROM chat_withheld WHERE conversation_id = :conversation AND seq = :seq",
        conversation=conversation_id,
        seq=seq,
    )
    return {row["person_id"] for row in rows}


def find_sent(tx: Tx, sender_id: str, client_id: str) -> Message | None:
    """Return the message that a sender gave this name to."""
    row = tx.row(
        "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text,"
        " image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
        " FROM chat_message WHERE sender_id = :sender AND client_id = :client",
        sender=sender_id,
        client=client_id,
    )
    return None if row is None else message_of(row)


def find_message(tx: Tx, conversation_id: str, seq: int) -> Message | None:
    """Return the message at a place."""
    row = tx.row(
        "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text,"
        " image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
        " FROM chat_message WHERE conversation_id = :conversation AND seq = :seq",
        conversation=conversation_id,
        seq=seq,
    )
    return None if row is None else message_of(row)


def find_messages(tx: Tx, conversation_id: str, seqs: Sequence[int]) -> dict[int, Message]:
    """Return the messages at some places."""
    sql, params = expand(
        "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text,"
        " image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
        " FROM chat_message WHERE conversation_id = :conversation AND seq IN (:seqs)",
        seqs=seqs,
    )
    rows = tx.rows(sql, conversation=conversation_id, **params)
    return {row["seq"]: message_of(row) for row in rows}


def find_before(
    tx: Tx, conversation_id: str, *, reader_id: str, first_seq: int, before_seq: int, limit: int
) -> list[Message]:
    """Return what the reader got before a place, newest first."""
    rows = tx.rows(
        "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text,"
        " image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
        " FROM chat_message WHERE conversation_id = :conversation"
        " AND seq >= :first AND seq < :before"
        " AND NOT EXISTS (SELECT 1 FROM chat_withheld AS w"
        " WHERE w.conversation_id = :conversation AND w.person_id = :reader"
        " AND w.seq = chat_message.seq)"
        " ORDER BY seq DESC LIMIT :limit",
        conversation=conversation_id,
        reader=reader_id,
        first=first_seq,
        before=before_seq,
        limit=limit,
    )
    return [message_of(row) for row in rows]


def find_after(
    tx: Tx, conversation_id: str, *, reader_id: str, after_seq: int, end_seq: int, limit: int
) -> list[Message]:
    """Return what the reader got after a place, oldest first."""
    rows = tx.rows(
        "SELECT conversation_id, seq, id, sender_kind, sender_id, client_id, body_digest, text,"
        " image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms, recalled_at_ms"
        " FROM chat_message WHERE conversation_id = :conversation"
        " AND seq > :after AND seq <= :end_seq"
        " AND NOT EXISTS (SELECT 1 FROM chat_withheld AS w"
        " WHERE w.conversation_id = :conversation AND w.person_id = :reader"
        " AND w.seq = chat_message.seq)"
        " ORDER BY seq LIMIT :limit",
        conversation=conversation_id,
        reader=reader_id,
        after=after_seq,
        end_seq=end_seq,
        limit=limit,
    )
    return [message_of(row) for row in rows]


def insert_message(tx: Tx, message: Message) -> None:
    """Write a message at its place."""
    tx.run(
        "INSERT INTO chat_message (conversation_id, seq, id, sender_kind, sender_id, client_id,"
        " body_digest, text, image_id, card_kind, card_id, notice, reply_to_seq, sent_at_ms)"
        " VALUES (:conversation, :seq, :id, :sender_kind, :sender, :client, :digest, :text,"
        " :image_id, :card_kind, :card_id, :notice, :reply_to_seq, :sent)",
        conversation=message.conversation_id,
        seq=message.seq,
        id=message.id,
        sender_kind=message.sender_kind,
        sender=message.sender_id,
        client=message.client_id,
        digest=message.body_digest,
        text=message.body.text,
        image_id=message.body.image_id,
        card_kind=message.body.card_kind,
        card_id=message.body.card_id,
        notice=message.body.notice,
        reply_to_seq=message.body.reply_to_seq,
        sent=message.sent_at_ms,
    )


def empty_message(tx: Tx, conversation_id: str, seq: int, *, now_ms: int) -> None:
    """Take everything out of a message but its place."""
    tx.run(
        "UPDATE chat_message SET text = '', image_id = NULL, card_kind = NULL, card_id = NULL,"
        " reply_to_seq = NULL, recalled_at_ms = :now"
        " WHERE conversation_id = :conversation AND seq = :seq",
        now=now_ms,
        conversation=conversation_id,
        seq=seq,
    )


def conversation_of(row: Row) -> Conversation:
    """Return the conversation that a row holds."""
    return Conversation(
        id=row["id"],
        kind=Kind(row["kind"]),
        title=row["title"],
        brand_id=row["brand_id"],
        last_seq=row["last_seq"],
        last_at_ms=row["last_at_ms"],
    )


def _member(row: Row) -> Member:
    return Member(
        conversation_id=row["conversation_id"],
        person_id=row["person_id"],
        role=Role(row["role"]),
        first_seq=row["first_seq"],
        left_seq=row["left_seq"],
        read_seq=row["read_seq"],
        joined_at_ms=row["joined_at_ms"],
    )


def message_of(row: Row) -> Message:
    """Return the message that a row holds."""
    return Message(
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        id=row["id"],
        sender_kind=SenderKind(row["sender_kind"]),
        sender_id=row["sender_id"],
        client_id=row["client_id"],
        body_digest=row["body_digest"],
        body=Body(
            text=row["text"],
            image_id=row["image_id"],
            card_kind=row["card_kind"],
            card_id=row["card_id"],
            notice=row["notice"],
            reply_to_seq=row["reply_to_seq"],
        ),
        sent_at_ms=row["sent_at_ms"],
        recalled_at_ms=row["recalled_at_ms"],
    )

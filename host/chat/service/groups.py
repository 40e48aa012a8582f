"""Small groups: the owner lets people in and out, and there always is an owner."""

from collections.abc import Sequence

from host.chat import repository
from host.chat.errors import (
    GroupSizeError,
    NotContactsError,
    NotMemberError,
    OwnerRequiredError,
)
from host.chat.model import (
    GROUP_COUNT_MAX,
    GROUPS_PER_MINUTE_MAX,
    TITLE_LENGTH_MAX,
    Body,
    Conversation,
    Face,
    Kind,
    Member,
    Message,
    Role,
    SenderKind,
)
from host.chat.service.access import access_conversation
from host.chat.service.faces import find_faces
from host.chat.service.sending import check_client_id, write
from host.contacts import service as contacts
from host.core import live
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.limits import check_rate
from host.core.text import clean_line
from host.identity import service as identity


def create_group(
    tx: Tx, group_id: str, *, owner_id: str, title: str, member_ids: Sequence[str], now_ms: int
) -> Conversation:
    """Begin a group of the owner and some of their contacts, once per ``group_id``."""
    check_client_id(group_id)
    found = repository.find_conversation(tx, group_id)
    if found is not None:
        return access_conversation(tx, group_id, actor_id=owner_id)[0]
    check_rate(tx, f"chat.group:{owner_id}", per_minute=GROUPS_PER_MINUTE_MAX, now_ms=now_ms)
    others = _check_addable(tx, owner_id, member_ids)
    if len(set(member_ids) - {owner_id}) < 2:  # noqa: PLR2004  (two people have a direct chat)
        raise GroupSizeError("A group needs at least two others. Choose one more.")
    name = clean_line(title, length_max=TITLE_LENGTH_MAX)
    new = Conversation(group_id, Kind.GROUP, name, None, 0, now_ms)
    if not repository.insert_conversation(tx, new, pair_key=None):
        return access_conversation(tx, group_id, actor_id=owner_id)[0]
    for person_id in [owner_id, *others]:
        role = Role.OWNER if person_id == owner_id else Role.MEMBER
        repository.put_member(tx, Member(group_id, person_id, role, 1, None, 0, now_ms))
    _check_size(tx, group_id)
    _write_notice(tx, group_id, owner_id, "created", _names(tx, others), now_ms=now_ms)
    return new


def add_members(
    tx: Tx, group_id: str, *, actor_id: str, member_ids: Sequence[str], now_ms: int
) -> None:
    """Let some of the owner's contacts in; they see what is said from now on."""
    group = _access_owned(tx, group_id, actor_id=actor_id)
    present = {m.person_id for m in repository.find_active(tx, group_id)}
    added = [p for p in _check_addable(tx, actor_id, member_ids) if p not in present]
    if not added:
        return
    for person_id in added:
        first_seq = group.last_seq + 1
        new = Member(group_id, person_id, Role.MEMBER, first_seq, None, first_seq - 1, now_ms)
        repository.put_member(tx, new)
    _check_size(tx, group_id)
    _write_notice(tx, group_id, actor_id, "added", _names(tx, added), now_ms=now_ms)
    _tell_members(tx, group_id, now_ms=now_ms)


def remove_member(tx: Tx, group_id: str, person_id: str, *, actor_id: str, now_ms: int) -> None:
    """Put somebody out: they keep what they saw and see nothing that comes after."""
    _access_owned(tx, group_id, actor_id=actor_id)
    member = repository.find_member(tx, group_id, person_id)
    if member is None or not member.is_active or person_id == actor_id:
        raise NotMemberError("This person is not in the group.")
    notice = _write_notice(
        tx, group_id, actor_id, "removed", _names(tx, [person_id]), now_ms=now_ms
    )
    repository.set_left(tx, group_id, person_id, left_seq=notice.seq)
    _tell_members(tx, group_id, person_id, now_ms=now_ms)


def leave_group(tx: Tx, group_id: str, *, actor_id: str, now_ms: int) -> None:
    """Leave; when the owner leaves, the member who has been there longest becomes the owner."""
    group, member = access_conversation(tx, group_id, actor_id=actor_id)
    if group.kind is not Kind.GROUP or not member.is_active:
        raise NotMemberError("You are not in this group any more.")
    notice = _write_notice(tx, group_id, actor_id, "left", "", now_ms=now_ms)
    repository.set_left(tx, group_id, actor_id, left_seq=notice.seq)
    remaining = repository.find_active(tx, group_id)
    if member.role is Role.OWNER and remaining:
        repository.set_role(tx, group_id, remaining[0].person_id, Role.OWNER)
    _tell_members(tx, group_id, actor_id, now_ms=now_ms)


def rename_group(tx: Tx, group_id: str, *, actor_id: str, title: str, now_ms: int) -> None:
    """Give the group another name."""
    group = _access_owned(tx, group_id, actor_id=actor_id)
    name = clean_line(title, length_max=TITLE_LENGTH_MAX)
    if not name:
        raise BadInputError("A group needs a name. Write one.")
    if name == group.title:
        return
    repository.set_title(tx, group_id, name)
    _write_notice(tx, group_id, actor_id, "renamed", name, now_ms=now_ms)


def find_member_faces(tx: Tx, group_id: str, *, actor_id: str) -> list[tuple[Member, Face]]:
    """Return who is in the group, longest-serving first."""
    _, member = access_conversation(tx, group_id, actor_id=actor_id)
    if not member.is_active:
        return []
    members = repository.find_active(tx, group_id)
    faces = find_faces(tx, [m.person_id for m in members], reader_id=actor_id)
    return [(m, faces[m.person_id]) for m in members if m.person_id in faces]


def _access_owned(tx: Tx, group_id: str, *, actor_id: str) -> Conversation:
    group, member = access_conversation(tx, group_id, actor_id=actor_id)
    if group.kind is not Kind.GROUP:
        raise OwnerRequiredError("This is not a group.")
    if not member.is_active:
        raise NotMemberError("You are not in this group any more.")
    if member.role is not Role.OWNER:
        raise OwnerRequiredError("Only the group's owner may do this. Ask them.")
    return group


def _check_addable(tx: Tx, actor_id: str, member_ids: Sequence[str]) -> list[str]:
    """Return who of ``member_ids`` joins; whoever blocks the actor is left out without a word."""
    wanted = sorted(set(member_ids) - {actor_id})
    if len(wanted) >= GROUP_COUNT_MAX:
        raise GroupSizeError(
            "A group has at most %(limit)s people. Choose fewer.", limit=GROUP_COUNT_MAX
        )
    for person_id in wanted:
        if not contacts.are_contacts(tx, actor_id, person_id):
            raise NotContactsError("You can add your contacts to a group. Add them first.")
    hidden = contacts.find_hidden_ids(tx, actor_id, wanted)
    return [person_id for person_id in wanted if person_id not in hidden]


def _check_size(tx: Tx, group_id: str) -> None:
    if len(repository.find_active(tx, group_id)) > GROUP_COUNT_MAX:
        raise GroupSizeError(
            "A group has at most %(limit)s people. Choose fewer.", limit=GROUP_COUNT_MAX
        )


def _names(tx: Tx, person_ids: Sequence[str]) -> str:
    people = identity.find_people(tx, person_ids)
    return ", ".join(people[p].name for p in person_ids[:10] if p in people)


def _write_notice(
    tx: Tx, group_id: str, actor_id: str, notice: str, text: str, *, now_ms: int
) -> Message:
    locked = repository.lock_conversation(tx, group_id)
    assert locked is not None, "conversations are never deleted"
    body = Body(text=text, notice=notice)
    sender = (SenderKind.PERSON, actor_id)
    return write(tx, locked, body, sender=sender, client_id=new_id(), now_ms=now_ms)


def _tell_members(tx: Tx, group_id: str, *others: str, now_ms: int) -> None:
    people = [m.person_id for m in repository.find_active(tx, group_id)]
    live.publish(
        tx, [*people, *others], "chat.members", {"conversation_id": group_id}, now_ms=now_ms
    )

"""People: making one, reading one, changing one's own profile."""

from collections.abc import Iterable

from host.core import outbox
from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.ids import new_id
from host.core.text import clean_text
from host.identity import repository
from host.identity.errors import (
    AdminRequiredError,
    HandleRefusedError,
    HandleTakenError,
    PersonNotFoundError,
)
from host.identity.events import PersonRegistered
from host.identity.model import ABOUT_LENGTH_MAX, LANGS, Person
from host.identity.service.names import check_handle, check_name, skeleton


def register_person(
    tx: Tx,
    *,
    handle: str,
    name: str,
    password_hash: str,
    lang: str,
    now_ms: int,
) -> Person:
    """Make a new person.  The password was checked and hashed before, outside the transaction."""
    person = Person(
        id=new_id(),
        handle=check_handle(handle),
        name=check_name(name),
        about="",
        avatar_id=None,
        lang=check_lang(lang),
        admin_at_ms=None,
        created_at_ms=now_ms,
    )

    if not repository.insert_person(tx, person, skeleton=skeleton(person.handle)):
        raise HandleTakenError(
            "The handle @%(handle)s, or one that looks like it, is taken. Choose another.",
            handle=person.handle,
        )

    repository.put_password(tx, person.id, password_hash, now_ms=now_ms)
    outbox.publish(tx, PersonRegistered(person.id, person.handle, person.lang), now_ms=now_ms)
    return person


def find_people(tx: Tx, ids: Iterable[str]) -> dict[str, Person]:
    """Return those of ``ids`` that exist, by id."""
    return {person.id: person for person in repository.find_people(tx, sorted(set(ids)))}


def has_people(tx: Tx) -> bool:
    """Tell whether anybody has ever registered here."""
    return repository.has_people(tx)


def find_person_by_handle(tx: Tx, handle: str) -> Person | None:
    """Return the person with this handle, however it is typed (``@Ann``, ``ANN``)."""
    try:
        return repository.find_person_by_handle(tx, check_handle(handle))
    except HandleRefusedError:  # what nobody can be called, nobody is called
        return None


def find_admins(tx: Tx) -> list[Person]:
    """Return the people who may review."""
    return repository.find_admins(tx)


def access_person(tx: Tx, person_id: str) -> Person:
    """Return a person; every signed-in person may see every profile."""
    person = repository.find_person(tx, person_id)
    if person is None:
        raise PersonNotFoundError("Nobody has this id.")
    return person


def access_person_by_handle(tx: Tx, handle: str) -> Person:
    """Return the person with this handle, or refuse."""
    person = find_person_by_handle(tx, handle)
    if person is None:
        raise PersonNotFoundError("Nobody on this lane has this handle. Check how it is written.")
    return person


def require_admin(tx: Tx, person_id: str) -> Person:
    """Return the person if they are an admin, or refuse."""
    person = access_person(tx, person_id)
    if not person.is_admin:
        raise AdminRequiredError("This page belongs to the lane's admins. Go back.")
    return person


def make_admin(tx: Tx, handle: str, *, now_ms: int) -> Person:
    """Make somebody an admin.  For the operator at the command line: no route leads here."""
    person = access_person_by_handle(tx, handle)
    if not person.is_admin:
        repository.update_admin(tx, person.id, admin_at_ms=now_ms)
    return access_person(tx, person.id)


def change_profile(tx: Tx, person_id: str, *, name: str, about: str) -> Person:
    """Replace the name and the line about oneself."""
    access_person(tx, person_id)
    text = clean_text(about, length_max=ABOUT_LENGTH_MAX)
    repository.update_profile(tx, person_id, name=check_name(name), about=text)
    return access_person(tx, person_id)


def change_avatar(tx: Tx, person_id: str, *, avatar_id: str | None) -> None:
    """Replace one's picture; the media store has re-encoded it already."""
    access_person(tx, person_id)
    repository.update_avatar(tx, person_id, avatar_id)


def change_lang(tx: Tx, person_id: str, *, lang: str) -> None:
    """Choose the language of the host's pages."""
    access_person(tx, person_id)
    repository.update_lang(tx, person_id, check_lang(lang))


def check_lang(lang: str) -> str:
    """Return the language, or refuse one that the host does not speak."""
    if lang not in LANGS:
        raise BadInputError("The host speaks English and Simplified Chinese. Choose one.")
    return lang

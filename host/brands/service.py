"""Use cases of the brands domain."""

from collections.abc import Iterable, Mapping

from host.brands import repository
from host.brands.errors import (
    BrandHandleTakenError,
    BrandNotFoundError,
    KeyNotFoundError,
    MemberRefusedError,
    TooManyBrandsError,
    TooManyKeysError,
)
from host.brands.events import BrandCreated, BrandVerified
from host.brands.model import (
    BRANDS_PER_PERSON_MAX,
    DESCRIPTION_LENGTH_MAX,
    KEY_LABEL_LENGTH_MAX,
    KEYS_PER_BRAND_MAX,
    NAME_GRAPHEMES_MAX,
    Brand,
    Following,
    KeyPurpose,
    Member,
    Role,
    UploadKey,
)
from host.chat import service as chat
from host.chat.model import InboxChat, InboxLine
from host.core import outbox
from host.core.cards import CardLoader
from host.core.db import Tx
from host.core.ids import new_id
from host.core.text import clean_line, clean_text
from host.identity import service as identity
from host.identity.errors import HandleRefusedError, TokenRefusedError

# What an access token made from an upload key may be used for.
UPLOAD_AUDIENCE = "hutong:upload"

# Types that other domains name; every function without an underscore is public as well.
__all__ = ["UPLOAD_AUDIENCE", "Brand", "Following", "Member", "Role", "UploadKey"]


def create_brand(
    tx: Tx, *, owner_id: str, handle: str, name: str, description: str, now_ms: int
) -> Brand:
    """Make a brand; its maker owns it."""
    identity.access_person(tx, owner_id)
    brand = Brand(
        id=new_id(),
        handle=identity.check_handle(handle),
        name=identity.check_line(name, graphemes_max=NAME_GRAPHEMES_MAX),
        description=clean_text(description, length_max=DESCRIPTION_LENGTH_MAX),
        logo_id=None,
        owner_id=owner_id,
        verified_at_ms=None,
        created_at_ms=now_ms,
    )
    if repository.count_owned(tx, owner_id) >= BRANDS_PER_PERSON_MAX:
        raise TooManyBrandsError(
            "One person may own %(max)s brands, and you do.", max=BRANDS_PER_PERSON_MAX
        )

    if not repository.insert_brand(tx, brand, skeleton=identity.skeleton(brand.handle)):
        raise BrandHandleTakenError(
            "The handle @%(handle)s, or one that looks like it, is taken. Choose another.",
            handle=brand.handle,
        )
    repository.put_member(tx, brand.id, owner_id, role=Role.OWNER, now_ms=now_ms)
    outbox.publish(tx, BrandCreated(brand.id, owner_id), now_ms=now_ms)
    return brand


def find_brands(tx: Tx, ids: Iterable[str]) -> dict[str, Brand]:
    """Return those of ``ids`` that exist, by id."""
    return {brand.id: brand for brand in repository.find_brands(tx, sorted(set(ids)))}


def find_brand(tx: Tx, brand_id: str) -> Brand | None:
    """Return a brand as everybody may see it."""
    return find_brands(tx, [brand_id]).get(brand_id)


def access_public_brand(tx: Tx, brand_id: str) -> Brand:
    """Return a brand as everybody may see it, or refuse."""
    brand = find_brand(tx, brand_id)
    if brand is None:
        raise BrandNotFoundError("There is no brand with this id.")
    return brand


def find_brand_by_handle(tx: Tx, handle: str) -> Brand | None:
    """Return the brand with this handle, however it is typed."""
    try:
        return repository.find_brand_by_handle(tx, identity.check_handle(handle))
    except HandleRefusedError:  # what no brand can be called, none is called
        return None


def find_brands_of_person(tx: Tx, person_id: str) -> list[Brand]:
    """Return the brands that the person acts for."""
    return repository.find_brands_of_person(tx, person_id)


def find_newest_brands(tx: Tx, *, limit: int = 50) -> list[Brand]:
    """Return the brands that came last."""
    return repository.find_newest_brands(tx, limit=limit)


def open_brand_page(tx: Tx, handle: str, *, viewer_id: str) -> tuple[Brand, Following, bool]:
    """Return a brand for its public page, how the viewer stands to it, and whether they act for it.

    Every signed-in person may see every brand's page.
    """
    brand = find_brand_by_handle(tx, handle)
    if brand is None:
        raise BrandNotFoundError("There is no brand with this handle on the lane.")
    following = Following(
        repository.is_following(tx, brand.id, viewer_id),
        repository.count_followers(tx, brand.id),
        repository.is_muted(tx, brand.id, viewer_id),
    )
    return brand, following, repository.find_member(tx, brand.id, viewer_id) is not None


def access_brand(tx: Tx, brand_id: str, *, actor_id: str) -> Brand:
    """Return a brand that ``actor_id`` may act for: its owner or its staff.

    A stranger's brand and a missing one give the same error.
    """
    brand = find_brand(tx, brand_id)
    if brand is None:
        raise BrandNotFoundError(_NOT_YOURS)
    if repository.find_member(tx, brand.id, actor_id) is None:
        raise BrandNotFoundError(_NOT_YOURS)
    return brand


def access_brand_by_handle(tx: Tx, handle: str, *, actor_id: str) -> Brand:
    """Return the brand with this handle if ``actor_id`` may act for it: the consoles begin here."""
    brand = find_brand_by_handle(tx, handle)
    if brand is None:
        raise BrandNotFoundError(_NOT_YOURS)
    return access_brand(tx, brand.id, actor_id=actor_id)


def access_own_brand(tx: Tx, brand_id: str, *, actor_id: str) -> Brand:
    """Return a brand that ``actor_id`` owns; its staff is refused like a stranger."""
    brand = access_brand(tx, brand_id, actor_id=actor_id)
    member = repository.find_member(tx, brand.id, actor_id)
    if member is None or member.role is not Role.OWNER:
        raise BrandNotFoundError(_NOT_YOURS)
    return brand


def change_brand(tx: Tx, brand_id: str, *, actor_id: str, name: str, description: str) -> Brand:
    """Replace what a brand says of itself."""
    access_brand(tx, brand_id, actor_id=actor_id)
    repository.update_brand(
        tx,
        brand_id,
        name=identity.check_line(name, graphemes_max=NAME_GRAPHEMES_MAX),
        description=clean_text(description, length_max=DESCRIPTION_LENGTH_MAX),
    )
    return access_brand(tx, brand_id, actor_id=actor_id)


def change_logo(tx: Tx, brand_id: str, *, actor_id: str, logo_id: str) -> None:
    """Replace the brand's picture; the media store has re-encoded it already."""
    access_brand(tx, brand_id, actor_id=actor_id)
    repository.update_logo(tx, brand_id, logo_id)


def verify_brand(tx: Tx, brand_id: str, *, is_verified: bool, now_ms: int) -> Brand:
    """Set or take the verified mark.  Only review calls this, after it has checked the admin."""
    brand = access_public_brand(tx, brand_id)
    if brand.is_verified != is_verified:
        repository.update_verified(tx, brand_id, verified_at_ms=now_ms if is_verified else None)
        if is_verified:
            outbox.publish(tx, BrandVerified(brand_id), now_ms=now_ms)
    return find_brands(tx, [brand_id])[brand_id]


def find_members(tx: Tx, brand_id: str, *, actor_id: str) -> list[Member]:
    """Return everybody who acts for the brand."""
    access_brand(tx, brand_id, actor_id=actor_id)
    return repository.find_members(tx, brand_id)


def find_member_ids(tx: Tx, brand_id: str) -> list[str]:
    """Return the people to tell when something happens to the brand.  For other domains."""
    return [member.person_id for member in repository.find_members(tx, brand_id)]


def add_staff(tx: Tx, brand_id: str, *, actor_id: str, handle: str, now_ms: int) -> Member:
    """Let another person act for the brand."""
    access_own_brand(tx, brand_id, actor_id=actor_id)
    person = identity.access_person_by_handle(tx, handle)
    repository.put_member(tx, brand_id, person.id, role=Role.STAFF, now_ms=now_ms)
    member = repository.find_member(tx, brand_id, person.id)
    assert member is not None
    return member


def remove_staff(tx: Tx, brand_id: str, *, actor_id: str, person_id: str) -> None:
    """Let a person act for the brand no more; the owner stays."""
    brand = access_own_brand(tx, brand_id, actor_id=actor_id)
    if person_id == brand.owner_id:
        raise MemberRefusedError("A brand always has its owner. Nothing was changed.")
    repository.delete_member(tx, brand_id, person_id)


def follow(tx: Tx, brand_id: str, *, actor_id: str, is_following: bool, now_ms: int) -> Brand:
    """Follow a brand, or follow it no more.  Saying it twice changes nothing."""
    brand = access_public_brand(tx, brand_id)
    if is_following:
        repository.put_follow(tx, brand_id, actor_id, now_ms=now_ms)
    else:
        repository.delete_follow(tx, brand_id, actor_id)
    return brand


def mute(tx: Tx, brand_id: str, *, actor_id: str, is_muted: bool, now_ms: int) -> Brand:
    """Let no messages of a brand's programs and team reach one, or let them again.

    The brand is not told.  What the host says about orders comes all the same.
    """
    brand = access_public_brand(tx, brand_id)
    if is_muted:
        repository.put_mute(tx, brand_id, actor_id, now_ms=now_ms)
    else:
        repository.delete_mute(tx, brand_id, actor_id)
    return brand


def is_muted(tx: Tx, brand_id: str, person_id: str) -> bool:
    """Tell whether a person wants no messages of the brand.  For other domains."""
    return repository.is_muted(tx, brand_id, person_id)


def list_inbox(tx: Tx, brand_id: str, *, actor_id: str) -> list[InboxLine]:
    """Return who has written to a brand that ``actor_id`` acts for."""
    access_brand(tx, brand_id, actor_id=actor_id)
    return chat.list_inbox(tx, brand_id, reader_id=actor_id)


def read_inbox(
    tx: Tx,
    conversation_id: str,
    *,
    brand_id: str,
    actor_id: str,
    loaders: Mapping[str, CardLoader],
    now_ms: int,
) -> InboxChat:
    """Return one chat of a brand that ``actor_id`` acts for."""
    access_brand(tx, brand_id, actor_id=actor_id)
    return chat.read_inbox(
        tx, conversation_id, brand_id=brand_id, reader_id=actor_id, loaders=loaders, now_ms=now_ms
    )


def reply(
    tx: Tx,
    conversation_id: str,
    *,
    brand_id: str,
    actor_id: str,
    client_id: str,
    text: str,
    now_ms: int,
) -> None:
    """Answer a person in the brand's name; who has muted the brand does not get it."""
    access_brand(tx, brand_id, actor_id=actor_id)
    person_id = chat.find_inbox_person(tx, conversation_id, brand_id=brand_id)
    chat.reply_as_brand(
        tx,
        conversation_id,
        brand_id=brand_id,
        client_id=client_id,
        text=text,
        is_withheld=repository.is_muted(tx, brand_id, person_id),
        now_ms=now_ms,
    )


def create_key(
    tx: Tx,
    brand_id: str,
    *,
    actor_id: str,
    label: str,
    secret_hash: str,
    now_ms: int,
    purpose: KeyPurpose = KeyPurpose.UPLOAD,
) -> UploadKey:
    """Store a new key's hash; the caller shows the key once."""
    access_brand(tx, brand_id, actor_id=actor_id)
    if len(repository.find_keys(tx, brand_id)) >= KEYS_PER_BRAND_MAX:
        raise TooManyKeysError(
            "A brand has at most %(max)s keys. Revoke one first.", max=KEYS_PER_BRAND_MAX
        )
    cleaned = clean_line(label, length_max=KEY_LABEL_LENGTH_MAX)
    key = UploadKey(new_id(), brand_id, cleaned or "—", actor_id, now_ms, None, None, purpose)
    repository.insert_key(tx, key, secret_hash=secret_hash)
    return key


def find_keys(tx: Tx, brand_id: str, *, actor_id: str) -> list[UploadKey]:
    """Return the brand's open keys."""
    access_brand(tx, brand_id, actor_id=actor_id)
    return repository.find_keys(tx, brand_id)


def revoke_key(tx: Tx, key_id: str, *, actor_id: str, now_ms: int) -> UploadKey:
    """Close a key; tokens that were made from it die with it."""
    key = repository.find_key(tx, key_id)
    if key is None:
        raise KeyNotFoundError("Your brand has no key with this id.")
    try:
        access_brand(tx, key.brand_id, actor_id=actor_id)
    except BrandNotFoundError as error:
        raise KeyNotFoundError("Your brand has no key with this id.") from error
    repository.revoke_key(tx, key_id, now_ms=now_ms)
    return key


def use_key(
    tx: Tx, secret_hash: str, *, now_ms: int, purpose: KeyPurpose = KeyPurpose.UPLOAD
) -> UploadKey:
    """Return the open key of this purpose that hashes to this, and note its use."""
    key = repository.find_key_by_hash(tx, secret_hash)
    if key is None or key.revoked_at_ms is not None or key.purpose is not purpose:
        raise TokenRefusedError(_KEY_REFUSED)
    repository.update_key_used(tx, key.id, now_ms=now_ms)
    return key


def access_key(tx: Tx, key_id: str) -> UploadKey:
    """Return the key behind a token; a revoked key stops its tokens at once."""
    key = repository.find_key(tx, key_id)
    if key is None or key.revoked_at_ms is not None:
        raise TokenRefusedError(_KEY_REFUSED)
    return key


_NOT_YOURS = "You act for no brand at this address."
_KEY_REFUSED = (
    "This key is unknown, was revoked, or is for something else. Make a new one in your console."
)

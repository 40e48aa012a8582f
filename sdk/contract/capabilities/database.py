"""What a program keeps for all people together: documents in collections."""

from typing import Annotated

from msgspec import Meta, Struct

from sdk.contract import shapes as s
from sdk.contract.capabilities.model import Capability

CollectionName = Annotated[str, Meta(pattern=s.whole(r"[a-z][a-z0-9_]{0,39}"))]
FieldPath = Annotated[str, Meta(min_length=1, max_length=163)]
Fields = dict[FieldPath, s.Json]
Cursor = Annotated[str, Meta(max_length=500)]


class NewDocument(s.Arguments):
    collection: CollectionName
    doc: dict[Annotated[str, Meta(max_length=40)], s.Json]
    id: s.ObjectId | None = None


class DocumentId(s.Arguments):
    collection: CollectionName
    id: s.ObjectId


class Search(s.Arguments):
    collection: CollectionName
    where: Fields = {}
    order: Annotated[str, Meta(min_length=1, max_length=164)] = "-created_at_ms"
    limit: s.Count = 20
    after: Cursor | None = None
    mine: bool = False


class CountOf(s.Arguments):
    collection: CollectionName
    where: Fields = {}
    mine: bool = False


class DocumentChange(s.Arguments):
    collection: CollectionName
    id: s.ObjectId
    changes: Fields = {}
    inc: dict[FieldPath, int | float] = {}
    unset: Annotated[list[FieldPath], Meta(max_length=20)] = []
    when: Fields = {}


class Document(Struct):
    """A document: its own fields beside these.

    ``owner`` is the `openid` of the person whose event made it, None when they had their data
    deleted.
    """

    id: str
    owner: str | None
    is_mine: bool
    created_at_ms: int
    updated_at_ms: int


class DocumentPage(Struct):
    """Some documents, and where to go on (``None`` at the end)."""

    items: list[Document]
    after: str | None


DATABASE: tuple[Capability, ...] = (
    Capability(
        "db.insert",
        NewDocument,
        str,
        "instant",
        60,
        "Keep a document in a collection that `hutong.collections` declares, and return its id. The"
        " person of the event becomes its owner. `id` chooses the id, where everyone reads the"
        " collection: of two people who choose the same, the second is refused with `conflict`.",
    ),
    Capability(
        "db.get",
        DocumentId,
        Document | None,
        "instant",
        600,
        "Return one document, or None when there is none that this person may read.",
    ),
    Capability(
        "db.find",
        Search,
        DocumentPage,
        "instant",
        120,
        "Return the documents that this person may read and that fulfil `where`: a value, or"
        ' operators, for each field: `{"stars": {"gte": 4}, "dish": "A1"}`; operators are `eq`,'
        " `ne`, `gt`, `gte`, `lt`, `lte`, `in`, `prefix`. `order` is a field, with `-` for the"
        " largest first. `mine` leaves out what others own.",
    ),
    Capability(
        "db.count",
        CountOf,
        int,
        "instant",
        120,
        "Return how many documents `db.find` would find.",
    ),
    Capability(
        "db.update",
        DocumentChange,
        Document,
        "instant",
        120,
        "Change fields of a document and return it. `changes` gives fields new values, `inc` adds"
        " to numbers (two people at once both count), `unset` takes fields away. With `when`, as"
        " `where`, it is refused with `conflict` unless the document is so at that moment.",
    ),
    Capability(
        "db.remove",
        DocumentId,
        None,
        "instant",
        120,
        "Take a document away. Nothing happens when there is none.",
    ),
)

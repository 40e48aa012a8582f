"""The database of a page in a test: ``api.db`` in memory, by the rules of the host.

page = open_page("noodle-bar", "pages/reviews/reviews")
page.db.put("reviews", {"stars": 4}, owner="somebody")
page.tap("#reload")
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sdk.contract.documents import (
    CollectionRule,
    DocumentRefusedError,
    apply_change,
    check_document,
    matches,
    order_key,
    read_change,
    read_order,
    read_where,
)
from sdk.contract.errors import (
    BAD_ARGUMENT,
    CALL_ERRORS,
    CONFLICT,
    NOT_DECLARED,
    NOT_FOUND,
    ArgumentRefusedError,
)
from sdk.errors import ApiError

# The person of the test, as ``identity.user`` names them.
ME = "person-1"


@dataclass
class FakeDatabase:
    """Collections of documents; ``is_staff`` says whether the person of the test is of the team."""

    rules: Mapping[str, CollectionRule]
    now_ms: int
    is_staff: bool = False
    _kept: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def put(
        self, collection: str, doc: Mapping[str, Any], *, owner: str = ME, document_id: str = ""
    ) -> str:
        """Keep a document of somebody, one moment younger than the last; return its id."""
        self._rule(collection)
        check_document(dict(doc))
        number = len(self._kept) + 1
        document_id = document_id or f"doc-{number}"
        now_ms = self.now_ms + number
        own = {"id": document_id, "owner": owner, "created_at_ms": now_ms, "updated_at_ms": now_ms}
        self._kept[collection, document_id] = {**copy.deepcopy(dict(doc)), **own}
        return document_id

    def all(self, collection: str) -> list[dict[str, Any]]:
        """Return everything that is kept, oldest first, whoever may read it."""
        return [copy.deepcopy(doc) for (name, _), doc in self._kept.items() if name == collection]

    def call(self, name: str, args: dict[str, Any]) -> Any:
        """Do what ``api.db`` was asked."""
        rule = self._rule(args["collection"])
        try:
            return getattr(self, "_" + name.removeprefix("db."))(rule, args)
        except ArgumentRefusedError as error:
            raise ApiError(BAD_ARGUMENT, error.message) from error
        except DocumentRefusedError as error:
            raise ApiError(error.code, error.message) from error

    def _rule(self, collection: str) -> CollectionRule:
        if collection not in self.rules:
            message = f"hutong.collections in the manifest declares no collection {collection}."
            raise ApiError(NOT_DECLARED, message)
        return self.rules[collection]

    def _insert(self, rule: CollectionRule, args: dict[str, Any]) -> str:
        if rule.write == "staff" and not self.is_staff:
            raise ApiError(NOT_FOUND, "Only the brand's team writes in this collection.")
        if args["id"] and rule.read != "everyone":
            raise ApiError(BAD_ARGUMENT, "An id can be chosen where everyone reads.")
        if (args["collection"], args["id"]) in self._kept:
            raise ApiError(CONFLICT, "There is a document with this id.")
        return self.put(args["collection"], args["doc"], document_id=args["id"] or "")

    def _get(self, rule: CollectionRule, args: dict[str, Any]) -> dict[str, Any] | None:
        doc = self._kept.get((args["collection"], args["id"]))
        return self._shown(doc) if doc and self._may_read(rule, doc) else None

    def _find(self, rule: CollectionRule, args: dict[str, Any]) -> dict[str, Any]:
        field_name, is_down = read_order(args["order"])
        found = self._found(rule, args)
        found.sort(key=lambda doc: (order_key(doc, field_name), doc["id"]), reverse=is_down)
        ids = [doc["id"] for doc in found]
        begin = ids.index(args["after"]) + 1 if args["after"] in ids else 0
        end = begin + args["limit"]
        items = [self._shown(doc) for doc in found[begin:end]]
        return {"items": items, "after": ids[end - 1] if end < len(ids) else None}

    def _count(self, rule: CollectionRule, args: dict[str, Any]) -> int:
        return len(self._found(rule, args))

    def _update(self, rule: CollectionRule, args: dict[str, Any]) -> dict[str, Any]:
        change = read_change(args)
        key = (args["collection"], args["id"])
        doc = self._kept.get(key)
        if doc is None or not (self._may_read(rule, doc) and self._may(rule.write, doc)):
            raise ApiError(NOT_FOUND, CALL_ERRORS[NOT_FOUND])
        own = {name: doc[name] for name in ("id", "owner", "created_at_ms", "updated_at_ms")}
        body = {name: value for name, value in doc.items() if name not in own}
        self._kept[key] = {**apply_change(body, change, own), **own}
        return self._shown(self._kept[key])

    def _remove(self, rule: CollectionRule, args: dict[str, Any]) -> None:
        key = (args["collection"], args["id"])
        doc = self._kept.get(key)
        if doc is None or not self._may_read(rule, doc):
            return
        if not self._may(rule.write, doc) and not self.is_staff:
            raise ApiError(NOT_FOUND, "This document is not this person's to remove.")
        del self._kept[key]

    def _found(self, rule: CollectionRule, args: dict[str, Any]) -> list[dict[str, Any]]:
        conditions = read_where(args["where"])
        return [
            doc
            for (name, _), doc in self._kept.items()
            if name == args["collection"]
            and self._may_read(rule, doc)
            and (doc["owner"] == ME or not args["mine"])
            and matches(doc, conditions)
        ]

    def _may_read(self, rule: CollectionRule, doc: Mapping[str, Any]) -> bool:
        return doc["owner"] == ME or self._may(rule.read, doc)

    def _may(self, who: str, doc: Mapping[str, Any]) -> bool:
        is_owner = doc["owner"] == ME
        return (
            who == "everyone" or (who == "owner" and is_owner) or (who == "staff" and self.is_staff)
        )

    def _shown(self, doc: Mapping[str, Any]) -> dict[str, Any]:
        return {**copy.deepcopy(dict(doc)), "is_mine": doc["owner"] == ME}

"""The capability table: complete, and strict about what comes in."""

from typing import Any

import msgspec
import pytest

from sdk.api import make_api
from sdk.contract import (
    CALL_ERRORS,
    CAPABILITIES,
    LANGUAGES,
    SCOPES,
    ArgumentRefusedError,
    bind_args,
    validate_args,
)
from sdk.errors import ApiError


@pytest.mark.parametrize("capability", CAPABILITIES.values(), ids=lambda each: each.name)
def test_capability_is_complete(capability: Any) -> None:
    """Each capability has a limit, a sentence, and a scope that exists."""
    assert 0 < capability.calls_per_minute <= 600
    assert capability.doc.endswith(".")
    assert capability.scope is None or capability.scope in SCOPES
    assert (capability.kind == "wait") == ("then" in capability.params)
    assert capability.rest is None or capability.rest in capability.params
    assert 1 <= capability.since


@pytest.mark.parametrize("scope", SCOPES.values(), ids=lambda each: each.name)
def test_scope_is_asked_in_every_language(scope: Any) -> None:
    """A person is asked in their own language, in a whole sentence."""
    assert set(LANGUAGES) == set(scope.title) == set(scope.consent_sentence)
    assert all(text[-1] in ".。" for text in scope.consent_sentence.values())


def test_what_needs_consent_waits_or_is_a_bill() -> None:
    """Nothing about a person comes back from an instant call, but what their own act gave."""
    asking = {name: each.kind for name, each in CAPABILITIES.items() if each.scope}

    assert asking["identity.profile"] == "wait"
    assert {name for name, kind in asking.items() if kind != "wait"} == {
        "bills.create",
        "messages.send",
    }


class TestBindArgs:
    """A Python call becomes named arguments."""

    def test_positional_and_default(self) -> None:
        """Arguments have the order of the table, and defaults are filled in."""
        assert {"key": "k", "default": None} == bind_args("storage.get", ["k"])
        assert {"key": "k", "default": 3} == bind_args("storage.get", ["k", 3])

    def test_other_keywords_are_the_query(self) -> None:
        """``api.nav.to("pages/a", id=7)`` opens the page with ``{"id": 7}``."""
        bound = bind_args("nav.to", ["pages/a"], {"id": 7})

        assert {"page": "pages/a", "query": {"id": 7}} == bound

    def test_query_given_as_a_dict_and_as_keywords(self) -> None:
        """Both ways can be mixed; the keyword wins."""
        bound = bind_args("nav.to", ["pages/a"], {"query": {"a": 1, "b": 1}, "b": 2})

        assert {"a": 1, "b": 2} == bound["query"]

    @pytest.mark.parametrize(
        ("name", "positional", "keywords"),
        [
            ("storage.get", [], {}),
            ("storage.get", ["k", 1, 2], {}),
            ("storage.get", ["k"], {"key": "k"}),
            ("storage.get", ["k"], {"extra": 1}),
            ("nav.to", ["pages/a", {"a": 1}], {}),
            ("nav.to", ["pages/a"], {"query": 7, "b": 2}),
            ("no.such", [], {}),
        ],
    )
    def test_a_wrong_call_is_refused(
        self, name: str, positional: list[Any], keywords: dict[str, Any]
    ) -> None:
        """Too many, too few, twice, unknown: each is said, none is guessed."""
        with pytest.raises(ArgumentRefusedError):
            bind_args(name, positional, keywords)


class TestValidateArgs:
    """What a worker sends is checked by its shape."""

    @pytest.mark.parametrize(
        ("name", "args"),
        [
            ("storage.get", {"key": ""}),
            ("storage.get", {"key": "k" * 129}),
            ("storage.get", {"key": 1}),
            ("storage.get", {"key": "k", "owner": "x"}),
            ("storage.get", []),
            ("storage.get", None),
            ("storage.set", {"key": "k"}),
            ("nav.to", {"page": "../x"}),
            ("nav.to", {"page": "https://example.com"}),
            ("nav.to", {"page": "pages/home/home\n"}),
            ("orders.get", {"id": "order-1\n"}),
            ("nav.to", {"page": "a", "query": {"k": []}}),
            ("nav.to", {"page": "a", "query": {str(n): 1 for n in range(21)}}),
            ("nav.to", {"page": "a", "query": {"k": "x" * 3000}}),
            ("nav.back", {"steps": 0}),
            ("nav.back", {"steps": True}),
            ("nav.back", {"steps": 1.0}),
            ("orders.create", {"lines": []}),
            ("orders.create", {"lines": [{"sku": "a", "qty": 0}]}),
            ("orders.create", {"lines": [{"sku": "a", "qty": 1, "price_minor": 1}]}),
            ("orders.create", {"lines": [{"sku": "a", "qty": 10**6}]}),
            ("pay.open", {"order_id": "o", "then": "_paid"}),
            ("pay.open", {"order_id": "o", "then": "__init__"}),
            ("pay.open", {"order_id": "o"}),
            ("pay.open", {"order_id": "o", "then": "paid", "amount_minor": 1}),
            ("bills.create", {"title": "t", "amount_minor": -1, "currency": "EUR"}),
            ("ui.toast", {"text": ""}),
            ("ui.toast", {"text": "x", "kind": "loud"}),
            ("products.list", {"limit": 51}),
        ],
    )
    def test_wrong_arguments_are_refused(self, name: str, args: Any) -> None:
        """What the table does not allow never reaches a domain."""
        with pytest.raises(ArgumentRefusedError):
            validate_args(name, args)

    @pytest.mark.parametrize(
        "value",
        [
            float("nan"),
            float("inf"),
            2**53,
            "\ud800",
            b"bytes",
            {1: 2},
            {None: 1},
            (1, 2),
            {1},
            object(),
            msgspec.Raw(b"1"),
            ["x" * 70_000],
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_only_plain_values_are_taken(self, value: Any) -> None:
        """A stored value is JSON that every reader reads alike."""
        with pytest.raises(ArgumentRefusedError):
            validate_args("storage.set", {"key": "k", "value": value})

    def test_nests_and_knots_are_refused_quickly(self) -> None:
        """Neither a value in itself nor one that unfolds a million times costs anything."""
        knot: list[Any] = []
        knot.append(knot)
        wide: list[Any] = [1]
        for _ in range(20):
            wide = [wide, wide, wide, wide]

        for value in (knot, wide):
            with pytest.raises(ArgumentRefusedError):
                validate_args("storage.set", {"key": "k", "value": value})

    def test_plain_values_come_back_equal(self) -> None:
        """Everything that JSON can say is taken as it is."""
        value = {"a": [1, -2.5, True, None, "é"], "b": {"c": []}}

        assert value == validate_args("storage.set", {"key": "k", "value": value})["value"]


class TestApi:
    """The names under ``api``."""

    def test_each_capability_has_a_name(self) -> None:
        """``api`` is the table and nothing else."""
        groups = make_api(lambda name, args: (name, args))

        names = {f"{group}.{name}" for group, members in groups.items() for name in members}
        assert set(CAPABILITIES) == names

    def test_a_call_is_checked_before_it_leaves(self) -> None:
        """A merchant's mistake is named on their own line, with a code."""
        calls: list[str] = []
        groups = make_api(lambda name, _args: calls.append(name))

        with pytest.raises(ApiError) as refusal:
            groups["storage"]["get"]()

        assert "bad-argument" == refusal.value.code
        assert refusal.value.code in CALL_ERRORS
        assert [] == calls

    def test_a_card_is_made_without_a_call(self) -> None:
        """``share.card`` is only a value: the host is told when the handler returns it."""
        groups = make_api(lambda _name, _args: pytest.fail("no call is needed"))

        card = groups["share"]["card"](title="Tea", sku="A1")

        assert {"title": "Tea", "image": None, "page": None, "query": {"sku": "A1"}} == card

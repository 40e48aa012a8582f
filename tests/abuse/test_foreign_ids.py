"""Every address that takes an id, asked by Eve, who knows the ids of everybody.

The table in ``tests.abuse.rows`` has a row for each of them: an address that is added without a row
fails here, and whoever adds it decides what a stranger gets.  Of the list of abuses: AB-013,
AB-017, AB-035, CH-02.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from quart import Quart

from host.core.deps import Deps
from tests.abuse import street as place
from tests.abuse.rows import ROWS, Alike, Key
from tests.abuse.street import Ids, Street
from tests.wallet.people import PIN


@pytest.fixture
async def at(app: Quart, deps: Deps) -> Street:
    """A street on which every kind of object belongs to somebody."""
    return await place.build(app, deps)


def test_every_address_with_an_id_has_a_row(app: Quart) -> None:
    """An address that takes an id and is not in the table fails, and so does a row without one."""
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments}

    assert taking == set(ROWS)


async def test_a_strangers_object_and_a_missing_one_look_the_same(app: Quart, at: Street) -> None:
    """Status, problem and sentence are equal for every address, and nothing changes (AB-035)."""
    token = await place.upload_token(app, at.eve, "eve_shop")
    before = await place.dump(at.deps, without=("core_rate",))
    differing: dict[str, Any] = {}
    for endpoint, row in ROWS.items():
        if not isinstance(row, Alike):
            continue
        for case in row.cases:
            answers = [
                await _ask(app, at, token, (endpoint, row, case), ids)
                for ids in (at.theirs, place.missing(at.theirs))
            ]
            if answers[0] != answers[1] or answers[0][0] != row.status:
                differing[f"{endpoint} {dict(case)}"] = answers

    assert {} == differing
    after = await place.dump(at.deps, without=("core_rate",))
    assert before == after


async def test_a_taken_key_is_refused_and_tells_nothing(app: Quart, at: Street) -> None:
    """Who names an id that is somebody else's learns nothing about it, and changes nothing."""
    before = await place.dump(at.deps, without=("core_rate",))
    for endpoint, row in ROWS.items():
        if not isinstance(row, Key):
            continue
        path, method = _address(app, endpoint, row.case, at.theirs, at.own)
        status, _, text = await place.request(
            at.eve.client, method, path, csrf=at.eve.csrf, json=row.json(at)
        )
        assert row.status == status, (endpoint, text)
        for secret in (at.ann.id, at.zhou.id, "Ann", "Wells", "Longjing"):
            assert secret not in text, endpoint

    assert before == await place.dump(at.deps, without=("core_rate",))


async def test_the_rows_name_what_is_there(app: Quart, at: Street) -> None:
    """Its owner does open what a stranger does not find: the table tests real ids."""
    opened = 0
    owners = (at.ann, at.zhou, at.grace, at.bob)
    for endpoint, row in ROWS.items():
        path, method = (
            _address(app, endpoint, row.cases[-1], at.theirs, at.own)
            if isinstance(row, Alike)
            else ("", "")
        )
        # These read a package's bytes, which this street has none of, or a rejection, or take keys.
        elsewhere = ("bridge.", "review.", "programs_api.", "payments_api.")
        if method != "GET" or endpoint.startswith(elsewhere):
            continue
        answers = [
            (await place.request(person.client, "GET", path, csrf=person.csrf))[0]
            for person in owners
        ]
        assert {200, 303} & set(answers), (path, answers)
        opened += 1

    assert opened > 20


class TestKeys:
    """Keys in an address that count for their caller only (AB-013)."""

    async def test_two_people_may_use_one_key(self, at: Street) -> None:
        """The same key of two people is two top-ups; neither sees the other's answer."""
        body = {"amount_minor": 700, "currency": "CNY"}
        ann = await at.ann.put("/api/v1/wallet/top-ups/same-key-1", body)
        eve = await at.eve.put("/api/v1/wallet/top-ups/same-key-1", body)

        assert (201, 201) == (ann[0], eve[0])
        assert ann[1]["operation_id"] != eve[1]["operation_id"]

    async def test_one_key_at_two_addresses_is_two_wishes(self, at: Street) -> None:
        """A top-up and a transfer under one key both happen."""
        key = "same-key-2"
        status, _ = await at.ann.put(
            f"/api/v1/wallet/top-ups/{key}", {"amount_minor": 700, "currency": "CNY"}
        )
        body = {"receiver_id": at.bob.id, "amount_minor": 700, "currency": "CNY", "pin": PIN}
        again, _ = await at.ann.put(f"/api/v1/wallet/transfers/{key}", body)

        assert (201, 201) == (status, again)

    async def test_an_odd_key_is_refused(self, at: Street) -> None:
        """AB-017: too short, 10 kB, NUL, CRLF, not ASCII: refused, nothing written."""
        before = await place.dump(at.deps)
        for key in ("short", "x" * 10_000, "nul%00nul%00", "cr%0d%0alf-key", "%E9%92%A5-key-1"):
            status, problem = await at.ann.put(
                f"/api/v1/wallet/top-ups/{key}", {"amount_minor": 700, "currency": "CNY"}
            )
            assert (422, "/problems/bad-input") == (status, problem["type"]), key

        assert before == await place.dump(at.deps)


async def _ask(
    app: Quart, at: Street, token: str, what: tuple[str, Alike, Mapping[str, str]], ids: Ids
) -> tuple[int, str]:
    endpoint, row, case = what
    path, method = _address(app, endpoint, case, ids, at.own)
    headers = {"Authorization": f"Bearer {token}"} if row.bearer else {}
    status, _, text = await place.request(
        at.eve.client, method, path + row.query, csrf=at.eve.csrf, form=dict(row.form),
        json=row.json, headers=headers,
    )  # fmt: skip
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(value, "…") if len(value) > 3 else text
    text = re.sub(r'"instance":"[^"]*"', "", text)
    return status, re.sub(r'name="csrf" (content|value)="[^"]+"', "", text)


def _address(
    app: Quart, endpoint: str, case: Mapping[str, str], ids: Ids, own: Ids
) -> tuple[str, str]:
    own = {"page": "pages/home/home", **own}
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint == endpoint and rule.arguments == set(case)
    ]
    assert rules, f"no address of {endpoint} takes {sorted(case)}"
    path = rules[0].rule
    for name, thing in case.items():
        value = own[thing[4:]] if thing.startswith("own:") else ids[thing]
        path = re.sub(rf"<(\w+:)?{name}>", value, path)
    methods = (rules[0].methods or set()) - {"HEAD", "OPTIONS"}
    return path, next(iter(methods))

"""Ann has money and a PIN; Bob is her contact and has nothing."""

import pytest
from quart import Quart

from host.contacts import service as contacts
from host.core.deps import Deps
from tests.conftest import START_MS
from tests.wallet.people import PIN, Person, register


@pytest.fixture
async def ann(app: Quart) -> Person:
    """Ann, with ¥500 and a PIN."""
    person = await register(app, "ann")
    await person.put(
        "/api/v1/wallet/top-ups/opening-1", {"amount_minor": 50_000, "currency": "CNY"}
    )
    await person.put("/api/v1/wallet/pin", {"pin": PIN})
    return person


@pytest.fixture
async def bob(app: Quart, ann: Person, deps: Deps) -> Person:
    """Bob, a contact of Ann's, with nothing, who takes money without being asked."""
    person = await register(app, "bob")
    await person.put("/api/v1/wallet/receiving", {"automatic": True})
    await deps.db.write(contacts.make_contacts, ann.id, person.id, START_MS)
    return person

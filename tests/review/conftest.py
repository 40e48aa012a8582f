"""A merchant with a submitted version, and two admins."""

from dataclasses import dataclass

import pytest

from host import subscriptions
from host.brands import service as brands
from host.core import outbox
from host.core.deps import Deps
from host.identity import service as identity
from host.identity.model import Person
from host.programs import service as programs
from host.programs.model import Permission
from host.programs.service import Version
from host.review import service as review
from tests.conftest import START_MS
from tests.programs.packages import make_brand, store
from tests.social import make_person

PROFILE = Permission("profile", False, {"en": "To greet you.", "zh-Hans": "用于称呼你。"})
ADDRESS = Permission("address", True, {"en": "To send it."})


@dataclass(frozen=True)
class Bench:
    """Who and what a test of review is about."""

    deps: Deps
    merchant: Person
    brand: brands.Brand
    grace: Person
    henry: Person

    async def submit(self, code: int = 1) -> Version:
        """Hand a new version in and return it."""
        version = await store(self.deps, self.brand, code, permissions=[PROFILE, ADDRESS])
        await self.deps.db.write(
            programs.submit_version,
            version.id,
            actor_id=self.merchant.id,
            now_ms=self.deps.now_ms(),
        )
        await self.deliver()
        return version

    async def deliver(self) -> None:
        """Let every event reach its subscribers."""
        known = subscriptions.all_subscriptions()
        while await outbox.deliver_next(self.deps.db, known, now_ms=self.deps.now_ms()):
            pass

    async def queue(self) -> list[review.Submission]:
        """Return what waits."""
        return await self.deps.db.read(review.find_queue, actor_id=self.grace.id)

    async def open(self, submission: review.Submission, admin: Person) -> None:
        """Open the version as an admin."""
        await self.deps.db.write(
            review.note_seen, submission.id, actor_id=admin.id, now_ms=self.deps.now_ms()
        )

    async def approve(
        self, submission: review.Submission, admin: Person, scopes: list[str] | None = None
    ) -> review.Submission:
        """Approve."""
        return await self.deps.db.write(
            review.approve,
            submission.id,
            actor_id=admin.id,
            scopes=["address"] if scopes is None else scopes,
            now_ms=self.deps.now_ms(),
        )

    async def reject(
        self,
        submission: review.Submission,
        admin: Person,
        *,
        rule: str = "works",
        reason: str = "The first page stays empty.",
    ) -> review.Submission:
        """Reject."""
        return await self.deps.db.write(
            review.reject,
            submission.id,
            actor_id=admin.id,
            rule=rule,
            reason=reason,
            now_ms=self.deps.now_ms(),
        )


@pytest.fixture
async def bench(deps: Deps) -> Bench:
    """A merchant with a brand, and two admins."""
    people = [await make_person(deps.db, handle) for handle in ("ann", "grace", "henry")]
    for admin in people[1:]:
        await deps.db.write(identity.make_admin, admin.handle, now_ms=START_MS)
    return Bench(deps, people[0], await make_brand(deps, people[0]), people[1], people[2])

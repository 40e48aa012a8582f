"""The way of a version: development, review, live, and back."""

import asyncio
import sqlite3

import pytest

from host.brands import service as brands
from host.core.deps import Deps
from host.identity.model import Person
from host.programs import service as programs
from host.programs.errors import (
    AppIdTakenError,
    ProgramNotFoundError,
    StatusRefusedError,
    VersionNotFoundError,
    VersionNotNewerError,
)
from host.programs.model import Permission, Status
from host.programs.service import Version
from tests.conftest import Clock
from tests.programs.packages import APP_ID, approve, make_brand, make_checked, store
from tests.social import make_person

PROFILE = Permission("profile", False, {"en": "To greet you."})
ADDRESS = Permission("address", True, {"en": "To send it."})


@pytest.fixture
async def ann(deps: Deps) -> Person:
    """A merchant."""
    return await make_person(deps.db, "ann")


@pytest.fixture
async def bob(deps: Deps) -> Person:
    """Somebody else."""
    return await make_person(deps.db, "bob")


@pytest.fixture
async def brand(deps: Deps, ann: Person) -> brands.Brand:
    """The merchant's brand."""
    return await make_brand(deps, ann)


async def put_live(deps: Deps, version: Version, actor: Person) -> Version:
    """Put an approved version live."""
    return await deps.db.write(
        programs.put_live, version.id, actor_id=actor.id, now_ms=deps.now_ms()
    )


async def status(deps: Deps, version: Version) -> Status:
    """Return where the version stands now."""
    found = await deps.db.read(programs.find_version, version.id)
    assert found is not None
    return found.status


class TestStore:
    """Whose an app id is, and that versions grow."""

    async def test_the_first_upload_claims_the_id(
        self, deps: Deps, brand: brands.Brand, bob: Person
    ) -> None:
        """Another brand cannot use it, in no mix of upper and lower case."""
        await store(deps, brand)
        other = await make_brand(deps, bob, "coffee")

        for app_id in (APP_ID, APP_ID.upper()):
            with pytest.raises(AppIdTakenError):
                await deps.db.write(
                    programs.store_version,
                    make_checked(2, app_id=app_id),
                    brand_id=other.id,
                    now_ms=deps.now_ms(),
                )

    async def test_of_two_brands_at_once_one_gets_the_id(
        self, deps: Deps, brand: brands.Brand, bob: Person
    ) -> None:
        """The other is told that the id is taken."""
        other = await make_brand(deps, bob, "coffee")

        outcomes = await asyncio.gather(
            *(
                deps.db.write(
                    programs.store_version,
                    make_checked(digest=one.id),
                    brand_id=one.id,
                    now_ms=deps.now_ms(),
                )
                for one in (brand, other)
            ),
            return_exceptions=True,
        )

        assert 1 == sum(isinstance(outcome, Version) for outcome in outcomes)
        assert 1 == sum(isinstance(outcome, AppIdTakenError) for outcome in outcomes)

    async def test_the_same_bytes_are_the_same_version(
        self, deps: Deps, brand: brands.Brand
    ) -> None:
        """Uploading again changes nothing."""
        assert await store(deps, brand) == await store(deps, brand)

    @pytest.mark.parametrize("code", [1, 3])
    async def test_the_code_grows(self, deps: Deps, brand: brands.Brand, code: int) -> None:
        """Other bytes need a higher code than every version before."""
        await store(deps, brand, 3)

        with pytest.raises(VersionNotNewerError, match="above 3"):
            await deps.db.write(
                programs.store_version,
                make_checked(code, digest="other bytes"),
                brand_id=brand.id,
                now_ms=deps.now_ms(),
            )


class TestWayToLive:
    """Submit, decide, publish."""

    async def test_approved_is_not_published(
        self, deps: Deps, ann: Person, brand: brands.Brand
    ) -> None:
        """People see a version when its merchant puts it live, not before."""
        version = await approve(deps, await store(deps, brand), actor=ann)

        with pytest.raises(ProgramNotFoundError):
            await deps.db.read(programs.access_live, APP_ID)
        await put_live(deps, version, ann)

        program, live = await deps.db.read(programs.access_live, APP_ID)
        assert (version.id, Status.LIVE) == (live.id, live.status)
        assert version.id == program.live_version_id

    @pytest.mark.parametrize("is_submitted", [True, False])
    async def test_nothing_goes_live_without_approval(
        self, deps: Deps, ann: Person, brand: brands.Brand, *, is_submitted: bool
    ) -> None:
        """Neither a version in development nor one in review."""
        version = await store(deps, brand)
        if is_submitted:
            await deps.db.write(
                programs.submit_version, version.id, actor_id=ann.id, now_ms=deps.now_ms()
            )

        with pytest.raises(StatusRefusedError):
            await put_live(deps, version, ann)

    async def test_a_rejected_version_stays_out(
        self, deps: Deps, ann: Person, brand: brands.Brand
    ) -> None:
        """It carries rule and reason, and cannot be submitted or published."""
        version = await store(deps, brand)
        await deps.db.write(
            programs.submit_version, version.id, actor_id=ann.id, now_ms=deps.now_ms()
        )

        rejected = await deps.db.write(
            programs.reject_version,
            version.id,
            rule="1. It works",
            reason="The page is empty.",
            now_ms=deps.now_ms(),
        )

        assert (Status.REJECTED, "The page is empty.") == (rejected.status, rejected.reason)
        with pytest.raises(StatusRefusedError):
            await put_live(deps, version, ann)
        with pytest.raises(StatusRefusedError):
            await deps.db.write(
                programs.submit_version, version.id, actor_id=ann.id, now_ms=deps.now_ms()
            )

    async def test_a_submission_can_be_taken_back(
        self, deps: Deps, ann: Person, brand: brands.Brand
    ) -> None:
        """It is in development again and may be handed in anew."""
        version = await store(deps, brand)
        for step in (
            programs.submit_version,
            programs.withdraw_version,
            programs.submit_version,
        ):
            await deps.db.write(step, version.id, actor_id=ann.id, now_ms=deps.now_ms())

        assert Status.SUBMITTED is await status(deps, version)

    @pytest.mark.parametrize(
        ("scopes", "is_taken"),
        [
            (["address", "profile"], True),
            (["address"], True),
            (["profile"], False),
            ([], False),
            (["address", "bills"], False),
        ],
    )
    async def test_grants_are_what_it_asks_for(
        self,
        deps: Deps,
        ann: Person,
        brand: brands.Brand,
        *,
        scopes: list[str],
        is_taken: bool,
    ) -> None:
        """A required scope must be granted; one that was not asked for must not."""
        version = await store(deps, brand, permissions=[PROFILE, ADDRESS])
        await deps.db.write(
            programs.submit_version, version.id, actor_id=ann.id, now_ms=deps.now_ms()
        )

        async def decide() -> None:
            await deps.db.write(
                programs.approve_version, version.id, scopes=scopes, now_ms=deps.now_ms()
            )

        if is_taken:
            await decide()
        else:
            with pytest.raises(StatusRefusedError):
                await decide()
        granted = await deps.db.read(programs.find_grants, version.id)
        assert frozenset(scopes if is_taken else []) == granted


class TestRollback:
    """Forward and back between approved versions."""

    async def test_one_version_is_live(self, deps: Deps, ann: Person, brand: brands.Brand) -> None:
        """The one before retires, and may come back without a new review."""
        first = await approve(deps, await store(deps, brand, 1), actor=ann)
        second = await approve(deps, await store(deps, brand, 2), actor=ann)

        await put_live(deps, first, ann)
        await put_live(deps, second, ann)
        assert (Status.RETIRED, Status.LIVE) == (
            await status(deps, first),
            await status(deps, second),
        )
        await put_live(deps, first, ann)

        assert (Status.LIVE, Status.RETIRED) == (
            await status(deps, first),
            await status(deps, second),
        )
        _, live = await deps.db.read(programs.access_live, APP_ID.upper())
        assert first.id == live.id

    async def test_the_database_keeps_one_live(
        self, deps: Deps, ann: Person, brand: brands.Brand
    ) -> None:
        """Even wrong code could not make two versions live."""
        first = await approve(deps, await store(deps, brand, 1), actor=ann)
        second = await store(deps, brand, 2)
        await put_live(deps, first, ann)

        with pytest.raises(sqlite3.IntegrityError):
            await deps.db.write(
                lambda tx: tx.run(
                    "UPDATE programs_version SET status = 'live' WHERE id = :id", id=second.id
                )
            )

    async def test_a_closed_shop_opens_for_nobody(
        self, deps: Deps, ann: Person, brand: brands.Brand
    ) -> None:
        """And is gone from the directory until a version is put live again."""
        version = await approve(deps, await store(deps, brand), actor=ann)
        await put_live(deps, version, ann)

        await deps.db.write(programs.take_offline, APP_ID, actor_id=ann.id, now_ms=deps.now_ms())

        with pytest.raises(ProgramNotFoundError):
            await deps.db.read(programs.access_live, APP_ID)
        assert ([], "") == await deps.db.read(programs.find_live_page)
        await put_live(deps, version, ann)
        listings, _ = await deps.db.read(programs.find_live_page)
        assert [APP_ID] == [listing.program.id for listing in listings]


class TestAccess:
    """Who may see and move a version."""

    async def test_a_strangers_version_and_a_missing_one_look_alike(
        self, deps: Deps, brand: brands.Brand, bob: Person
    ) -> None:
        """For every step that a merchant may take."""
        version = await store(deps, brand)

        for step in (programs.submit_version, programs.withdraw_version, programs.put_live):
            texts = []
            for version_id in (version.id, "no-such-id"):
                with pytest.raises(VersionNotFoundError) as refusal:
                    await deps.db.write(step, version_id, actor_id=bob.id, now_ms=deps.now_ms())
                texts.append(str(refusal.value))
            assert texts[0] == texts[1]
        assert Status.DEVELOPMENT is await status(deps, version)

    async def test_a_trial_is_for_the_brand_and_admins(
        self, deps: Deps, ann: Person, brand: brands.Brand, bob: Person
    ) -> None:
        """A version that is not live opens for its brand; a stranger finds nothing."""
        version = await store(deps, brand)

        _, opened = await deps.db.read(programs.open_version, version.id, viewer_id=ann.id)
        assert version == opened
        with pytest.raises(VersionNotFoundError):
            await deps.db.read(programs.open_version, version.id, viewer_id=bob.id)


class TestDirectory:
    """What people find."""

    async def test_shows_what_is_live(
        self, deps: Deps, ann: Person, brand: brands.Brand, bob: Person, clock: Clock
    ) -> None:
        """By search, in the list, and among what one opened last."""
        version = await approve(deps, await store(deps, brand), actor=ann)
        assert [] == await deps.db.read(programs.search, "tea")
        await put_live(deps, version, ann)
        clock.forward(1000)

        assert [] == await deps.db.read(programs.find_recent, bob.id)
        await deps.db.write(programs.record_visit, bob.id, APP_ID, now_ms=deps.now_ms())

        for found in (
            await deps.db.read(programs.search, "HILLS"),
            await deps.db.read(programs.find_recent, bob.id),
            (await deps.db.read(programs.find_live_page))[0],
        ):
            assert [(APP_ID, "tea", False)] == [
                (listing.program.id, listing.brand_handle, listing.is_verified) for listing in found
            ]
        for words in ("%", "_", "coffee", "\\", "' OR 1=1 --"):
            assert [] == await deps.db.read(programs.search, words)

    async def test_pages_follow_each_other(self, deps: Deps, ann: Person) -> None:
        """Thirty-five shops are two pages without a gap or a repeat."""
        brand = await make_brand(deps, ann, "many")
        for n in range(35):
            version = await deps.db.write(
                programs.store_version,
                make_checked(app_id=f"lane.many.n{n:02}"),
                brand_id=brand.id,
                now_ms=deps.now_ms(),
            )
            await put_live(deps, await approve(deps, version, actor=ann), ann)

        first, cursor = await deps.db.read(programs.find_live_page)
        second, end = await deps.db.read(programs.find_live_page, after=cursor)

        ids = [listing.program.id for listing in first + second]
        assert (30, 5, "") == (len(first), len(second), end)
        assert sorted(f"lane.many.n{n:02}" for n in range(35)) == sorted(ids)

"""Brands: who may make one, who may act for it, who follows it."""

import pytest

from host.brands import service as brands
from host.brands.errors import (
    BrandHandleTakenError,
    BrandNotFoundError,
    MemberRefusedError,
    TooManyBrandsError,
)
from host.core.sqlite import SqliteDatabase
from host.identity.errors import HandleRefusedError, NameRefusedError
from host.identity.model import Person
from tests.conftest import START_MS
from tests.social import make_person


async def make_brand(
    db: SqliteDatabase, owner: Person, handle: str = "tea", name: str = "Tea House"
) -> brands.Brand:
    """Return a new brand."""
    return await db.write(
        brands.create_brand,
        owner_id=owner.id,
        handle=handle,
        name=name,
        description="",
        now_ms=START_MS,
    )


@pytest.fixture
async def ann(db: SqliteDatabase) -> Person:
    """The owner of a brand."""
    return await make_person(db, "ann")


@pytest.fixture
async def bob(db: SqliteDatabase) -> Person:
    """Somebody else."""
    return await make_person(db, "bob")


class TestCreate:
    """Opening a shop."""

    async def test_its_maker_owns_it(self, db: SqliteDatabase, ann: Person) -> None:
        """The new brand is found by handle, unverified, and its maker may act for it."""
        brand = await make_brand(db, ann)

        found = await db.read(brands.find_brand_by_handle, "@TEA")
        assert brand == found
        assert not brand.is_verified
        assert brand == await db.read(brands.access_brand, brand.id, actor_id=ann.id)
        assert [brand] == await db.read(brands.find_brands_of_person, ann.id)

    async def test_a_lookalike_is_taken(self, db: SqliteDatabase, ann: Person, bob: Person) -> None:
        """Nobody opens teahouse beside tea_house."""
        await make_brand(db, ann, "tea_house")

        with pytest.raises(BrandHandleTakenError):
            await make_brand(db, bob, "teahouse")

    @pytest.mark.parametrize(
        ("handle", "name", "error"),
        [
            ("hutong", "Tea", HandleRefusedError),
            ("tea", "T\u202eea", NameRefusedError),
            ("tea", "x" * 41, NameRefusedError),
        ],
    )
    async def test_names_follow_the_rules_of_people(
        self, db: SqliteDatabase, ann: Person, handle: str, name: str, error: type[Exception]
    ) -> None:
        """The lane's own names, hidden signs and long names are refused."""
        with pytest.raises(error):
            await make_brand(db, ann, handle, name)

    async def test_one_person_owns_twenty(self, db: SqliteDatabase, ann: Person) -> None:
        """The twenty-first is refused."""
        for letter in "abcdefghjkmnopqrstuv":
            await make_brand(db, ann, f"shop_{letter * 2}")

        with pytest.raises(TooManyBrandsError):
            await make_brand(db, ann, "one_more")


class TestAccess:
    """Acting in a brand's name."""

    async def test_a_strangers_brand_and_a_missing_one_look_alike(
        self, db: SqliteDatabase, ann: Person, bob: Person
    ) -> None:
        """Ids cannot be probed."""
        brand = await make_brand(db, ann)

        with pytest.raises(BrandNotFoundError) as foreign:
            await db.read(brands.access_brand, brand.id, actor_id=bob.id)
        with pytest.raises(BrandNotFoundError) as missing:
            await db.read(brands.access_brand, "no-such-id", actor_id=bob.id)

        assert str(foreign.value) == str(missing.value)

    async def test_staff_acts_for_it_but_does_not_own_it(
        self, db: SqliteDatabase, ann: Person, bob: Person
    ) -> None:
        """Added by handle, Bob may act, but not add others; removed, he may not act."""
        brand = await make_brand(db, ann)
        await make_person(db, "eve")

        await db.write(brands.add_staff, brand.id, actor_id=ann.id, handle="bob", now_ms=START_MS)
        assert brand == await db.read(brands.access_brand, brand.id, actor_id=bob.id)
        with pytest.raises(BrandNotFoundError):
            await db.write(
                brands.add_staff, brand.id, actor_id=bob.id, handle="eve", now_ms=START_MS
            )
        await db.write(brands.remove_staff, brand.id, actor_id=ann.id, person_id=bob.id)
        with pytest.raises(BrandNotFoundError):
            await db.read(brands.access_brand, brand.id, actor_id=bob.id)

    async def test_the_owner_stays(self, db: SqliteDatabase, ann: Person) -> None:
        """A brand without anybody could never be acted for again."""
        brand = await make_brand(db, ann)

        with pytest.raises(MemberRefusedError):
            await db.write(brands.remove_staff, brand.id, actor_id=ann.id, person_id=ann.id)

        assert [ann.id] == await db.read(brands.find_member_ids, brand.id)


class TestFollow:
    """Following a brand."""

    async def test_counts_each_person_once(
        self, db: SqliteDatabase, ann: Person, bob: Person
    ) -> None:
        """Following twice is following; leaving twice is leaving."""
        brand = await make_brand(db, ann)

        for is_following, count in ((True, 1), (True, 1), (False, 0), (False, 0)):
            await db.write(
                brands.follow,
                brand.id,
                actor_id=bob.id,
                is_following=is_following,
                now_ms=START_MS,
            )
            _, following, is_mine = await db.read(brands.open_brand_page, "tea", viewer_id=bob.id)
            assert (is_following, count, False) == (
                following.is_following,
                following.follower_count,
                is_mine,
            )

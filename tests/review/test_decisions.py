"""Decisions: by whom, about what, and what stands of them."""

import asyncio

import pytest

from host.brands import service as brands
from host.identity.errors import AdminRequiredError
from host.programs import service as programs
from host.programs.errors import StatusRefusedError
from host.review import service as review
from host.review.errors import (
    AlreadyDecidedError,
    AppealRefusedError,
    DecisionRefusedError,
    NotOpenedError,
    OwnBrandError,
    SameAdminError,
    SubmissionNotFoundError,
)
from host.review.model import HOUR_MS, RULES, Outcome, Status
from tests.conftest import START_MS, Clock
from tests.review.conftest import Bench


class TestQueue:
    """What waits for a decision."""

    async def test_the_oldest_is_first_and_has_a_deadline(self, bench: Bench, clock: Clock) -> None:
        """A decision is promised in 48 hours."""
        first = await bench.submit(1)
        clock.forward(1000)
        second = await bench.submit(2)

        queue = await bench.queue()

        assert [first.id, second.id] == [submission.version_id for submission in queue]
        assert START_MS + 48 * HOUR_MS == queue[0].due_at_ms

    async def test_an_event_that_comes_twice_is_one_submission(self, bench: Bench) -> None:
        """Events are delivered at least once."""
        version = await bench.submit()
        for _ in range(2):
            await bench.deps.db.write(
                review.receive_submission,
                "another delivery",
                version_id=version.id,
                program_id=version.program_id,
                brand_id=bench.brand.id,
                submitted_by=bench.merchant.id,
                now_ms=START_MS,
            )

        assert 1 == len(await bench.queue())

    async def test_what_is_taken_back_leaves_it(self, bench: Bench) -> None:
        """And comes back when it is handed in again."""
        version = await bench.submit()
        actor = {"actor_id": bench.merchant.id, "now_ms": START_MS}

        await bench.deps.db.write(programs.withdraw_version, version.id, **actor)
        await bench.deliver()
        assert [] == await bench.queue()
        await bench.deps.db.write(programs.submit_version, version.id, **actor)
        await bench.deliver()

        assert [version.id] == [submission.version_id for submission in await bench.queue()]

    async def test_is_for_admins(self, bench: Bench) -> None:
        """A merchant reads neither the queue nor a submission of their own."""
        await bench.submit()
        submission = (await bench.queue())[0]

        with pytest.raises(AdminRequiredError):
            await bench.deps.db.read(review.find_queue, actor_id=bench.merchant.id)
        with pytest.raises(AdminRequiredError):
            await bench.deps.db.read(
                review.access_submission, submission.id, actor_id=bench.merchant.id
            )
        with pytest.raises(SubmissionNotFoundError):
            await bench.deps.db.read(
                review.access_submission, "no-such-id", actor_id=bench.grace.id
            )


class TestDecide:
    """Approve and reject."""

    async def test_approval_grants_what_is_stated(self, bench: Bench) -> None:
        """The version is approved with these scopes and no others; the log tells who did it."""
        version = await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.grace)

        decided = await bench.approve(submission, bench.grace, ["address"])

        assert (Status.APPROVED, bench.grace.id) == (decided.status, decided.decided_by)
        assert {"address"} == await bench.deps.db.read(programs.find_grants, version.id)
        assert [] == await bench.queue()
        log = await bench.deps.db.read(review.find_audit, actor_id=bench.grace.id)
        assert ["version_approved", "submission_opened"] == [entry.action for entry in log]

    async def test_rejection_gives_rule_and_reason(self, bench: Bench) -> None:
        """The merchant reads both in the version."""
        version = await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.grace)

        await bench.reject(submission, bench.grace, rule="honest", reason="The price is not true.")

        found = await bench.deps.db.read(programs.find_version, version.id)
        assert found is not None
        assert (RULES["honest"], "The price is not true.") == (found.rule, found.reason)

    async def test_nobody_decides_about_what_they_have_not_opened(self, bench: Bench) -> None:
        """Another admin's look does not count."""
        await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.henry)

        with pytest.raises(NotOpenedError):
            await bench.approve(submission, bench.grace)
        with pytest.raises(NotOpenedError):
            await bench.reject(submission, bench.grace)

        assert 1 == len(await bench.queue())

    async def test_nobody_decides_about_their_own_brand(self, bench: Bench) -> None:
        """Not even as its staff."""
        await bench.submit()
        submission = (await bench.queue())[0]
        await bench.deps.db.write(
            brands.add_staff,
            bench.brand.id,
            actor_id=bench.merchant.id,
            handle="grace",
            now_ms=START_MS,
        )
        await bench.open(submission, bench.grace)

        with pytest.raises(OwnBrandError):
            await bench.approve(submission, bench.grace)

    async def test_of_two_admins_at_once_one_decides(self, bench: Bench) -> None:
        """The other is told that it is decided."""
        await bench.submit()
        submission = (await bench.queue())[0]
        for admin in (bench.grace, bench.henry):
            await bench.open(submission, admin)

        outcomes = await asyncio.gather(
            bench.approve(submission, bench.grace),
            bench.reject(submission, bench.henry),
            return_exceptions=True,
        )

        assert 1 == sum(isinstance(outcome, review.Submission) for outcome in outcomes)
        assert 1 == sum(isinstance(outcome, AlreadyDecidedError) for outcome in outcomes)

    async def test_a_refused_decision_leaves_no_trace(self, bench: Bench) -> None:
        """A grant that is not possible undoes decision and log line together."""
        await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.grace)

        with pytest.raises(StatusRefusedError):
            await bench.approve(submission, bench.grace, ["profile"])

        assert [submission] == await bench.queue()
        log = await bench.deps.db.read(review.find_audit, actor_id=bench.grace.id)
        assert ["submission_opened"] == [entry.action for entry in log]

    @pytest.mark.parametrize(
        ("rule", "reason"), [("", "The first page stays empty."), ("works", "no"), ("works", "  ")]
    )
    async def test_a_rejection_is_complete(self, bench: Bench, rule: str, reason: str) -> None:
        """It names a rule and gives a reason that helps."""
        await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.grace)

        with pytest.raises(DecisionRefusedError):
            await bench.reject(submission, bench.grace, rule=rule, reason=reason)

    async def test_the_verified_mark_is_given_by_another(self, bench: Bench) -> None:
        """With a reason, in the log; a merchant cannot give it, an admin not to their own brand."""
        seen = {"is_verified": True, "reason": "Saw the trade licence.", "now_ms": START_MS}

        with pytest.raises(AdminRequiredError):
            await bench.deps.db.write(
                review.verify_brand, bench.brand.id, actor_id=bench.merchant.id, **seen
            )
        brand = await bench.deps.db.write(
            review.verify_brand, bench.brand.id, actor_id=bench.grace.id, **seen
        )

        assert brand.is_verified
        log = await bench.deps.db.read(review.find_audit, actor_id=bench.grace.id)
        assert ["brand_verified"] == [entry.action for entry in log]


class TestAppeal:
    """A second look."""

    async def make(self, bench: Bench) -> review.Submission:
        """Let Grace reject and the merchant appeal; return the submission."""
        version = await bench.submit()
        submission = (await bench.queue())[0]
        await bench.open(submission, bench.grace)
        await bench.reject(submission, bench.grace)
        await bench.deps.db.write(
            review.appeal,
            version.id,
            actor_id=bench.merchant.id,
            text="It was the network.",
            now_ms=START_MS,
        )
        return submission

    async def decide(
        self, bench: Bench, submission: review.Submission, admin_id: str, outcome: Outcome
    ) -> review.Appeal:
        """Decide the appeal."""
        return await bench.deps.db.write(
            review.decide_appeal,
            submission.id,
            actor_id=admin_id,
            outcome=outcome,
            scopes=["address"],
            reason="It works on three devices.",
            now_ms=START_MS,
        )

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (Outcome.OVERTURNED, programs.Status.APPROVED),
            (Outcome.UPHELD, programs.Status.REJECTED),
        ],
    )
    async def test_is_heard_by_somebody_else(
        self, bench: Bench, outcome: Outcome, status: programs.Status
    ) -> None:
        """Who rejected is refused; another admin, who has opened the version, decides."""
        submission = await self.make(bench)

        with pytest.raises(SameAdminError):
            await self.decide(bench, submission, bench.grace.id, outcome)
        with pytest.raises(NotOpenedError):
            await self.decide(bench, submission, bench.henry.id, outcome)
        await bench.open(submission, bench.henry)
        decided = await self.decide(bench, submission, bench.henry.id, outcome)

        version = await bench.deps.db.read(programs.find_version, submission.version_id)
        assert version is not None
        assert (outcome, status) == (decided.outcome, version.status)
        assert [] == await bench.deps.db.read(review.find_open_appeals, actor_id=bench.grace.id)
        with pytest.raises(AlreadyDecidedError):
            await self.decide(bench, submission, bench.henry.id, outcome)

    async def test_there_is_one_for_each_rejection(self, bench: Bench) -> None:
        """A second appeal is refused."""
        submission = await self.make(bench)

        with pytest.raises(AppealRefusedError):
            await bench.deps.db.write(
                review.appeal,
                submission.version_id,
                actor_id=bench.merchant.id,
                text="Please.",
                now_ms=START_MS,
            )

    async def test_needs_a_rejection(self, bench: Bench) -> None:
        """What waits cannot be appealed."""
        version = await bench.submit()

        with pytest.raises(AppealRefusedError):
            await bench.deps.db.write(
                review.appeal,
                version.id,
                actor_id=bench.merchant.id,
                text="Hurry.",
                now_ms=START_MS,
            )

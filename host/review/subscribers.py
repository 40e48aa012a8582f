"""What review does when a merchant hands a version in or takes it back."""

from host.core.db import Tx
from host.core.ids import derived_id
from host.core.outbox import StoredEvent, Subscriber
from host.review import service
from host.review.model import HOST_ID


def receive(tx: Tx, event: StoredEvent) -> None:
    """Put the version into the queue; the submission's id follows from the event's."""
    submitted = event.payload
    service.receive_submission(
        tx,
        derived_id("review", event.id),
        version_id=str(submitted["version_id"]),
        program_id=str(submitted["program_id"]),
        brand_id=str(submitted["brand_id"]),
        submitted_by=str(submitted["actor_id"]),
        now_ms=event.created_at_ms,
    )


def take_out(tx: Tx, event: StoredEvent) -> None:
    """Take the version out of the queue."""
    service.close_withdrawn(tx, str(event.payload["version_id"]))


def record_suspension(tx: Tx, event: StoredEvent) -> None:
    """Write what the host decided by itself where the admins' decisions stand."""
    stopped = event.payload
    if stopped.get("actor_id"):
        return  # an admin's, whose line was written with the decision
    service.append_audit(
        tx,
        actor_id=HOST_ID,
        action="version_suspended",
        subject=f"version:{stopped['version_id']}",
        detail={
            "program_id": str(stopped["program_id"]),
            "version_id": str(stopped["version_id"]),
            "kind": str(stopped["kind"]),
            "back_to": str(stopped["fallback_id"]),
        },
        now_ms=event.created_at_ms,
    )


SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "programs.version_submitted": (receive,),
    "programs.version_withdrawn": (take_out,),
    "programs.version_suspended": (record_suspension,),
}

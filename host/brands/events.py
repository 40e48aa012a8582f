"""What other domains may hear from brands."""

from dataclasses import dataclass
from typing import ClassVar

from host.core.outbox import Event


@dataclass(frozen=True, slots=True)
class BrandCreated(Event):
    """A merchant is new on the lane."""

    name: ClassVar[str] = "brands.brand_created"

    brand_id: str
    owner_id: str


@dataclass(frozen=True, slots=True)
class BrandVerified(Event):
    """An admin has seen who stands behind a brand."""

    name: ClassVar[str] = "brands.brand_verified"

    brand_id: str

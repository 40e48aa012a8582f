"""People, sessions and what a sign-in attempt carries from one transaction to the next."""

from dataclasses import dataclass

LANGS = ("en", "zh-Hans")

PASSWORD_LENGTH_MIN = 8
# Argon2 reads the whole password; a longer one is refused before any hashing begins.
PASSWORD_LENGTH_MAX = 256
ABOUT_LENGTH_MAX = 280

# A page load refreshes "last seen" at most this often, so that reading costs no write.
SESSION_SEEN_STEP_MS = 5 * 60_000
# An ended session is kept this long, so that a person can still read where they were signed in.
SESSION_KEPT_MS = 30 * 24 * 3_600_000
ACCESS_TOKEN_TTL_S = 600


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the lane, as every other domain may see them: no secret is in here."""

    id: str
    handle: str
    name: str
    about: str
    avatar_id: str | None
    lang: str
    admin_at_ms: int | None
    created_at_ms: int

    @property
    def is_admin(self) -> bool:
        """Tell whether the person may review and decide."""
        return self.admin_at_ms is not None


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is, or was, signed in."""

    id: str
    person_id: str
    csrf_secret: str
    device: str
    created_at_ms: int
    seen_at_ms: int
    expires_at_ms: int
    revoked_at_ms: int | None

    def is_open(self, *, now_ms: int) -> bool:
        """Tell whether the session still signs its person in."""
        return self.revoked_at_ms is None and now_ms < self.expires_at_ms


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """A counted attempt: the hash to verify outside the transaction.

    ``person_id`` is None when nobody has the handle; ``password_hash`` is then None as well, and
    the caller verifies a dummy so that both cases take the same time.
    """

    handle: str
    address: str
    person_id: str | None
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says."""

    subject: str
    session_id: str
    audience: str
    expires_at_s: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just been opened, with the one copy of its token."""

    session: Session
    token: str

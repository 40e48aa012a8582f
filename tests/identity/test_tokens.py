"""Access tokens: ten minutes, one audience, one algorithm, one key."""

import stat
from pathlib import Path

import jwt
import pytest

from host.identity import service
from host.identity.errors import TokenRefusedError
from tests.conftest import START_MS


def make_key(tmp_path: Path, name: str = "key.pem"):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Return a signing key that lies below ``tmp_path``."""
    return service.load_signing_key(tmp_path / name)


def make_token(key, **changes: str | int):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return a token for the audience "publish"."""
    wanted = {"subject": "b1", "session_id": "k1", "audience": "publish", "now_ms": START_MS}
    return service.make_access_token(key, **(wanted | changes))


def test_a_token_says_who_and_for_what(tmp_path: Path) -> None:
    """What was signed is what is read."""
    key = make_key(tmp_path)

    claims = service.read_access_token(
        key, make_token(key), audience="publish", now_ms=START_MS + 599_000
    )

    assert ("b1", "k1", "publish") == (claims.subject, claims.session_id, claims.audience)


def test_a_token_lasts_ten_minutes(tmp_path: Path) -> None:
    """At 600 seconds it is too old."""
    key = make_key(tmp_path)

    with pytest.raises(TokenRefusedError, match="too old"):
        service.read_access_token(
            key, make_token(key), audience="publish", now_ms=START_MS + 600_000
        )


def test_another_audience_is_refused(tmp_path: Path) -> None:
    """A token for one door does not open another."""
    key = make_key(tmp_path)

    with pytest.raises(TokenRefusedError):
        service.read_access_token(key, make_token(key), audience="login", now_ms=START_MS)


def test_another_key_is_refused(tmp_path: Path) -> None:
    """A token that somebody else signed is not ours."""
    with pytest.raises(TokenRefusedError):
        service.read_access_token(
            make_key(tmp_path),
            make_token(make_key(tmp_path, "other.pem")),
            audience="publish",
            now_ms=START_MS,
        )


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_the_algorithm_is_pinned(tmp_path: Path, algorithm: str) -> None:
    """The token cannot choose how it is checked: unsigned, or signed with a guessed secret."""
    key = make_key(tmp_path)
    claims = {"sub": "b1", "sid": "k1", "aud": "publish", "iat": 0, "exp": 4_000_000_000}
    secret = "" if algorithm == "none" else "0" * 64
    forged = jwt.encode(claims, secret, algorithm=algorithm)

    with pytest.raises(TokenRefusedError):
        service.read_access_token(key, forged, audience="publish", now_ms=START_MS)


@pytest.mark.parametrize("missing", ["sub", "sid", "aud", "iat", "exp"])
def test_every_claim_is_asked_for(tmp_path: Path, missing: str) -> None:
    """A token of ours that lacks a claim is refused, not defaulted."""
    key = make_key(tmp_path)
    claims = {"sub": "b1", "sid": "k1", "aud": "publish", "iat": 0, "exp": 4_000_000_000}
    del claims[missing]

    with pytest.raises(TokenRefusedError):
        service.read_access_token(
            key, jwt.encode(claims, key, algorithm="EdDSA"), audience="publish", now_ms=START_MS
        )


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """A second start reads the first start's key; nobody else may read it."""
    first = make_key(tmp_path)
    token = make_token(first)

    again = make_key(tmp_path)

    assert service.read_access_token(again, token, audience="publish", now_ms=START_MS)
    assert 0o600 == stat.S_IMODE((tmp_path / "key.pem").stat().st_mode)

"""Settings refuse to guess."""

import re
from pathlib import Path

import pytest

from host.core.settings import Settings, SettingsError, describe, with_secret

DOCS = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_all_mistakes_are_told_at_once() -> None:
    """A typo is not silently ignored, and nobody has to start three times."""
    environ = {"HUTONG_PROT": "1", "HUTONG_SESSION_TTL_S": "soon", "HUTONG_ISOLATION": "none"}

    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ)

    assert (
        "HUTONG_PROT is not a setting; HUTONG_SESSION_TTL_S must be a whole number, not 'soon';"
        " HUTONG_ISOLATION must be strict or degraded"
    ) == str(refusal.value)


def test_values_are_read_as_their_type() -> None:
    """Numbers, switches and paths."""
    settings = Settings.from_env(
        {"HUTONG_PORT": "9000", "HUTONG_DEMO": "0", "HUTONG_DATA_DIR": "/srv/x", "HOME": "/"}
    )

    assert (9000, False, Path("/srv/x")) == (settings.port, settings.demo, settings.data_dir)


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The second start uses the first one's key; only the owner can read it."""
    settings = Settings(data_dir=tmp_path)

    first, second = with_secret(settings).secret_key, with_secret(settings).secret_key

    assert first == second
    assert len(first) == 64
    assert 0o600 == (tmp_path / "secret_key").stat().st_mode & 0o777
    assert "HUTONG_SECRET_KEY=(hidden)" in {f"{n}={v}" for n, v in describe(with_secret(settings))}


def test_every_setting_is_documented() -> None:
    """docs/settings.md has one heading per setting, in order, with its default."""
    told = re.findall(
        r"^## (HUTONG_\w+)\n\nDefault: `(.*)`$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )

    defaults = dict(describe(Settings())) | {"HUTONG_SECRET_KEY": "(made at the first start)"}
    assert [(name, value or "(empty)") for name, value in defaults.items()] == told

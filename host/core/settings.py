"""Settings: ``HUTONG_`` + field name in the environment, read once, all mistakes reported at once.

Each field is documented in docs/settings.md.  Secrets have no default here: a first start makes
them and keeps them in the data folder, readable by its owner alone.
"""

import dataclasses
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

PREFIX = "HUTONG_"
# Names of the merchants' commands (sdk.cli), which share the prefix.
COMMAND_NAMES = frozenset({"HUTONG_UPLOAD_KEY", "HUTONG_HOST_URL"})

_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class SettingsError(Exception):
    """Every mistake in the environment, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may set."""

    # Where the host listens.
    host: str = "127.0.0.1"
    port: int = 8000
    # The address that people type; it decides cookies (https → `__Host-`) and Origin checks.
    public_url: str = ""
    # Proxies in front of this host, each of which adds to X-Forwarded-For.
    trusted_proxy_count: int = 0
    # Everything that must survive is below this folder.
    data_dir: Path = Path("data")
    # A PostgreSQL server for the main database, which several hosts may share; empty: a file of
    # SQLite's below data_dir.
    database_url: str = ""
    # A living demo lane on an empty database; only ever on a loopback address.
    demo: bool = True
    # Signs and derives: CSRF masks, open ids.  Made at the first start when not given.
    secret_key: str = ""
    # A browser stays signed in for this long.
    session_ttl_s: int = 30 * 24 * 3600
    # What the platform keeps of a released order, in hundredths of a percent.
    platform_fee_bps: int = 60
    # What a shop earns becomes available this many midnights (UTC) later; 0 is at once.
    settlement_days: int = 1
    # What a unit of each currency is worth, such as "CNY=1,USD=7.10"; empty: none is exchanged.
    exchange_rates: str = ""
    # What the platform keeps of an exchange, in hundredths of a percent.
    exchange_fee_bps: int = 50
    # Where signed checkpoints of the ledger are added; a place that outlives this machine is best.
    checkpoint_file: str = ""
    # Test-only addresses for the public ledger-conformance-kit, on a loopback address alone.
    conformance: bool = False
    # strict: refuse to run mini-programs unless every wall is proved; degraded: developer's own.
    isolation: str = "strict"
    # A mini-program that computes for longer than this in one event is stopped.
    program_cpu_ms_max: int = 200
    # The time one event may take, waits for the host not counted.
    program_wall_ms_max: int = 1000
    # Memory of one worker above what the interpreter itself takes.
    program_memory_mib_max: int = 128
    # Workers of all mini-programs together, each for a minute after its last event.
    program_workers_max: int = 200
    # One upload: a package of a mini-program.
    package_bytes_max: int = 4 * 1024 * 1024
    # One upload: a picture.
    picture_bytes_max: int = 10 * 1024 * 1024
    # All pictures of one person together.
    person_media_bytes_max: int = 500 * 1024 * 1024
    # What one person may send in a minute, in all their chats together.
    messages_per_minute_max: int = 120
    # A file of certificates of the operator's own authority, believed beside the public ones when
    # a mini-program asks a host.
    egress_ca_file: str = ""
    # Hosts of the operator's own network that mini-programs may ask, such as "erp.lane.example" or
    # "erp.lane.example:8443": their addresses may be private.  Declared and https all the same.
    egress_private_hosts: str = ""
    # Merchants' servers on this very machine may be sent notices over plain HTTP: for development.
    notice_loopback: bool = False

    @property
    def database_path(self) -> Path:
        """The main database."""
        return self.data_dir / "hutong.db"

    @property
    def base_url(self) -> str:
        """The address of this host without a trailing slash."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Tell whether people reach this host over TLS."""
        return self.base_url.startswith("https://")

    @property
    def may_notify_loopback(self) -> bool:
        """Tell whether notices may go to this very machine: the demo lane is on no other."""
        return self.notice_loopback or self.demo

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in ``environ``; raise one error that names every mistake."""
        hints = get_type_hints(cls)
        known = {PREFIX + field.name.upper(): field.name for field in dataclasses.fields(cls)}
        mistakes: list[str] = []
        values: dict[str, Any] = {}
        for name in sorted(environ):
            if not name.startswith(PREFIX) or name in COMMAND_NAMES:
                continue
            if name not in known:
                mistakes.append(f"{name} is not a setting")
                continue
            try:
                values[known[name]] = _parse(hints[known[name]], environ[name])
            except ValueError as error:
                mistakes.append(f"{name} must be {error}, not {environ[name]!r}")
        mistakes += _check(values)
        if mistakes:
            raise SettingsError("; ".join(mistakes))
        return cls(**values)


def with_secret(settings: Settings) -> Settings:
    """Return ``settings`` with a secret key: the given one, or the one kept beside the data."""
    if settings.secret_key:
        return settings
    path = settings.data_dir / "secret_key"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return dataclasses.replace(settings, secret_key=path.read_text(encoding="ascii").strip())


def describe(settings: Settings) -> list[tuple[str, str]]:
    """Return every setting and its effective value, secrets hidden."""
    return [
        (
            PREFIX + field.name.upper(),
            "(hidden)" if _is_hidden(settings, field.name) else str(getattr(settings, field.name)),
        )
        for field in dataclasses.fields(settings)
    ]


def _is_hidden(settings: Settings, name: str) -> bool:
    # An address may hold a password.
    return name == "secret_key" or (name == "database_url" and bool(settings.database_url))


def _parse(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("1 or 0")
        return _BOOLEANS[text.lower()]
    if kind is int:
        if not (text.isascii() and text.isdigit()):
            raise ValueError("a whole number")
        return int(text)
    return kind(text)


def _check(values: dict[str, Any]) -> list[str]:
    mistakes = []
    if values.get("isolation", "strict") not in ("strict", "degraded"):
        mistakes.append("HUTONG_ISOLATION must be strict or degraded")
    if not 0 <= values.get("platform_fee_bps", 0) <= 10_000:  # noqa: PLR2004  (all of it)
        mistakes.append("HUTONG_PLATFORM_FEE_BPS must be 0 to 10000")
    if values.get("settlement_days", 1) > 90:  # noqa: PLR2004  (as the table of terms)
        mistakes.append("HUTONG_SETTLEMENT_DAYS must be 0 to 90")
    if values.get("conformance") and values.get("demo", True):
        mistakes.append("HUTONG_CONFORMANCE needs an empty ledger: set HUTONG_DEMO=0 as well")
    if not 0 <= values.get("port", 0) <= 65_535:  # noqa: PLR2004  (ports are 16 bits)
        mistakes.append("HUTONG_PORT must be 0 to 65535")
    mistakes += _check_exchange(values)
    mistakes += _check_egress(values)
    database = values.get("database_url", "")
    if database and not database.startswith(("postgresql://", "postgres://")):
        mistakes.append("HUTONG_DATABASE_URL must begin with postgresql://")
    url = values.get("public_url", "")
    if url and not url.startswith(("http://", "https://")):
        mistakes.append("HUTONG_PUBLIC_URL must begin with http:// or https://")
    return mistakes


def _check_exchange(values: dict[str, Any]) -> list[str]:
    mistakes = []
    if not 0 <= values.get("exchange_fee_bps", 0) < 10_000:  # noqa: PLR2004  (something is left)
        mistakes.append("HUTONG_EXCHANGE_FEE_BPS must be 0 to 9999")
    # Three letters, and a number that is not nothing.
    worth = re.compile(r"\s*[A-Z]{3}=(?!0+(\.0*)?\s*$)[0-9]{1,7}(\.[0-9]{1,6})?\s*", re.ASCII)
    parts = filter(None, values.get("exchange_rates", "").split(","))
    mistakes += [
        "HUTONG_EXCHANGE_RATES must be like CNY=1,USD=7.10, at most six digits after the point,"
        f" not {part.strip()!r}"
        for part in parts
        if worth.fullmatch(part) is None
    ]
    return mistakes


def _check_egress(values: dict[str, Any]) -> list[str]:
    mistakes = []
    ca_file = values.get("egress_ca_file", "")
    if ca_file and not Path(ca_file).is_file():
        mistakes.append(f"HUTONG_EGRESS_CA_FILE names no file: {ca_file!r}")
    for each in filter(None, values.get("egress_private_hosts", "").split(",")):
        name = re.fullmatch(r"\s*[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?\s*", each)
        if name is None:
            mistakes.append(
                "HUTONG_EGRESS_PRIVATE_HOSTS must be names in lower case with commas between them,"
                f" each perhaps with :port, not {each.strip()!r}"
            )
    return mistakes

"""The API's document, tried by schemathesis against a host: it answers as the document says."""

import contextlib
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks

from host.core.money import EXPONENTS
from host.core.settings import Settings
from host.payments import secrets
from host.payments.model import KeyRole, Mode
from host.payments.schemas import CurrencyCode
from host.payments.service import keys
from host.serve import open_deps
from tests.e2e.host_process import HostProcess
from tests.market import make

CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 12


@pytest.fixture
async def token(tmp_path: Path) -> str:
    """A data folder with a shop, and the shop's test key."""
    folder = Settings(data_dir=tmp_path / "data", demo=False)
    async with open_deps(folder, with_runtime=False) as deps:
        lane = await make.lane(deps.db)
        key = await deps.db.write(
            keys.create_key, lane.brand_id, actor_id=lane.seller_id, mode=Mode.TEST,
            role=KeyRole.FULL, label="server", now_ms=deps.now_ms(),
        )  # fmt: skip
        return secrets.key_token(deps.settings.secret_key, key)


def test_the_api_answers_as_its_document_says(token: str, tmp_path: Path) -> None:
    """Every address of payments, with what fits the document and with what does not: no 500."""
    host = HostProcess(tmp_path / "data", notice_loopback="1")
    host.start()
    try:
        schema = schemathesis.openapi.from_url(f"{host.url}/api/openapi.json")
        tried = 0
        for found in schema.get_all_operations():
            operation = found.ok()
            if not operation.path.startswith("/api/v1/payments"):
                continue
            tried += 1
            good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
            bad = good
            with contextlib.suppress(Exception):  # nothing can be wrong in it
                bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

            @settings(
                max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=st.one_of(good, bad))
            def ask(case: Case) -> None:
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {token}"}, checks=CHECKS, timeout=30
                )

            ask()
    finally:
        host.stop()

    assert tried >= 16


def test_the_currencies_are_those_of_the_ledger() -> None:
    """The document names each currency."""
    assert tuple(EXPONENTS) == CurrencyCode.__args__  # type: ignore[attr-defined]

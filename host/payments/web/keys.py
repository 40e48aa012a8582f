"""The console's page of keys and endpoints: a secret is shown when it is made, and this once."""

import asyncio
from dataclasses import dataclass

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from host.core.db import Tx
from host.core.errors import BadInputError
from host.core.web import current_person_id, deps, render, see_other, settings
from host.payments import pairs, secrets
from host.payments.facade.platform import platform
from host.payments.model import Endpoint, Key, KeyRole, Mode
from host.payments.service import console, keys, notices
from host.payments.web.console import mode_of

blueprint = Blueprint("keys", __name__, url_prefix="/m/<handle>/payments/keys")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What is shown once, after it was made."""

    key: Key | None = None
    token: str = ""
    private_pem: str = ""
    v3_key: str = ""
    public_key_id: str = ""
    public_key_pem: str = ""
    endpoint_url: str = ""
    endpoint_secret: str = ""


@blueprint.get("")
async def list_keys(handle: str) -> str:
    """Show the keys that serve, where notices go, and what was done."""
    return await _show(handle, mode_of(request.args.get("mode", "")), NewSecret())


@blueprint.post("")
async def post_key(handle: str) -> ResponseReturnValue:
    """Make a key and show it."""
    form = await request.form
    mode, role = mode_of(form.get("mode", "")), _role(form.get("role", ""))
    private_pem, public_pem = await _pair(is_wanted=form.get("kind") == "v3")
    key = await deps().db.write(
        _create,
        handle,
        actor_id=current_person_id(),
        mode=mode,
        role=role,
        label=form.get("label", ""),
        public_key=public_pem,
        now_ms=deps().now_ms(),
    )
    return await _show(handle, mode, _new_secret(key, private_pem)), 201


@blueprint.post("/<key_id>/rotate")
async def post_rotate(handle: str, key_id: str) -> ResponseReturnValue:
    """Make a key that takes this one's place; the old one serves for a day more."""
    view = await _read(handle, Mode.LIVE)
    old = next((key for key in view.keys if key.id == key_id), None)
    private_pem, public_pem = await _pair(is_wanted=bool(old and old.public_key))
    key = await deps().db.write(
        keys.rotate_key,
        key_id,
        actor_id=current_person_id(),
        public_key=public_pem,
        now_ms=deps().now_ms(),
    )
    return await _show(handle, key.mode, _new_secret(key, private_pem)), 201


@blueprint.post("/<key_id>/revoke")
async def post_revoke(handle: str, key_id: str) -> ResponseReturnValue:
    """Close a key at once."""
    await deps().db.write(
        keys.revoke_key, key_id, actor_id=current_person_id(), now_ms=deps().now_ms()
    )
    return see_other(f"/m/{handle}/payments/keys")


@blueprint.post("/endpoints")
async def post_endpoint(handle: str) -> ResponseReturnValue:
    """Tell an address everything, and show its secret."""
    form = await request.form
    mode = mode_of(form.get("mode", ""))
    endpoint = await deps().db.write(
        _add_endpoint,
        handle,
        form.get("url", "").strip(),
        actor_id=current_person_id(),
        mode=mode,
        may_loop=settings().may_notify_loopback,
        now_ms=deps().now_ms(),
    )
    return await _show(handle, mode, _endpoint_secret(endpoint)), 201


@blueprint.post("/endpoints/<endpoint_id>/rotate")
async def post_rotate_secret(handle: str, endpoint_id: str) -> ResponseReturnValue:
    """Give an endpoint a new secret, and show it."""
    mode = mode_of((await request.form).get("mode", ""))
    endpoint = await deps().db.write(
        _rotate_secret,
        handle,
        endpoint_id,
        actor_id=current_person_id(),
        mode=mode,
        now_ms=deps().now_ms(),
    )
    return await _show(handle, mode, _endpoint_secret(endpoint)), 201


@blueprint.post("/endpoints/<endpoint_id>/remove")
async def post_remove(handle: str, endpoint_id: str) -> ResponseReturnValue:
    """Tell an address nothing any more."""
    mode = mode_of((await request.form).get("mode", ""))
    await deps().db.write(
        _remove_endpoint,
        handle,
        endpoint_id,
        actor_id=current_person_id(),
        mode=mode,
        now_ms=deps().now_ms(),
    )
    return see_other(f"/m/{handle}/payments/keys?mode={mode.value}")


async def _read(handle: str, mode: Mode) -> console.KeysView:
    return await deps().db.read(
        console.read_keys,
        handle,
        actor_id=current_person_id(),
        mode=mode,
        now_ms=deps().now_ms(),
    )


async def _show(handle: str, mode: Mode, new: NewSecret) -> str:
    view = await _read(handle, mode)
    return await render(
        "payments/keys.html",
        tab="merchant",
        console_tab="payments",
        brand=view.brand,
        view=view,
        mode=mode.value,
        new=new,
        base=f"/m/{view.brand.handle}/payments/keys",
        host_url=settings().base_url,
        is_owner=view.brand.owner_id == current_person_id(),
    )


async def _pair(*, is_wanted: bool) -> tuple[str, str]:
    """Return a new pair as PEM, made beside the loop; nothing when none is wanted."""
    if not is_wanted:
        return "", ""
    key = await asyncio.to_thread(pairs.new_key)
    return pairs.private_pem(key).decode(), pairs.public_pem(key)


def _new_secret(key: Key, private_pem: str) -> NewSecret:
    secret_key = settings().secret_key
    if not key.public_key:
        return NewSecret(key=key, token=secrets.key_token(secret_key, key))
    at = platform(settings().data_dir)
    return NewSecret(
        key=key,
        private_pem=private_pem,
        v3_key=secrets.v3_key(secret_key, key.brand_id, key.mode),
        public_key_id=at.public_key_id,
        public_key_pem=at.public_key_pem,
    )


def _endpoint_secret(endpoint: Endpoint) -> NewSecret:
    secret = secrets.notice_secret(settings().secret_key, endpoint, endpoint.secret_number)
    return NewSecret(endpoint_url=endpoint.url, endpoint_secret=secret)


def _role(text: str) -> KeyRole:
    if text not in set(KeyRole):
        raise BadInputError("A key is full, take or read.")
    return KeyRole(text)


def _create(
    tx: Tx,
    handle: str,
    *,
    actor_id: str,
    mode: Mode,
    role: KeyRole,
    label: str,
    public_key: str,
    now_ms: int,
) -> Key:
    brand, _ = console.team_caller(tx, handle, actor_id=actor_id, mode=mode)
    return keys.create_key(
        tx,
        brand.id,
        actor_id=actor_id,
        mode=mode,
        role=role,
        label=label,
        public_key=public_key,
        now_ms=now_ms,
    )


def _add_endpoint(
    tx: Tx, handle: str, url: str, *, actor_id: str, mode: Mode, may_loop: bool, now_ms: int
) -> Endpoint:
    _, caller = console.team_caller(tx, handle, actor_id=actor_id, mode=mode)
    return notices.create_endpoint(tx, url, caller=caller, may_loop=may_loop, now_ms=now_ms)


def _rotate_secret(
    tx: Tx, handle: str, endpoint_id: str, *, actor_id: str, mode: Mode, now_ms: int
) -> Endpoint:
    _, caller = console.team_caller(tx, handle, actor_id=actor_id, mode=mode)
    return notices.rotate_secret(tx, endpoint_id, caller=caller, now_ms=now_ms)


def _remove_endpoint(
    tx: Tx, handle: str, endpoint_id: str, *, actor_id: str, mode: Mode, now_ms: int
) -> None:
    _, caller = console.team_caller(tx, handle, actor_id=actor_id, mode=mode)
    notices.remove_endpoint(tx, endpoint_id, caller=caller, now_ms=now_ms)

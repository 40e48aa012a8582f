"""``hutong publish``: sends a package to a host, as a new version to be tried and reviewed."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click
import httpx

from runtime.findings import Finding, Severity
from runtime.package import PackageRefusedError, read_package
from sdk.cli.folder import RefusedError, print_findings, print_json
from sdk.cli.pack import pack_folder

# An upload is checked and compiled before it is answered.
_TIMEOUT_S = 60.0
_SHOWN_CHARS_MAX = 300
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@click.command()
@click.argument("source", type=click.Path(path_type=Path), default=".")
@click.option(
    "--host",
    required=True,
    envvar="HUTONG_HOST_URL",
    show_envvar=True,
    help="Address of the lane, such as https://lane.example.",
)
@click.option(
    "--key",
    envvar="HUTONG_UPLOAD_KEY",
    show_envvar=True,
    help="Upload key from your brand's console; '-' reads it from standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer for another program.")
def publish(source: Path, host: str, key: str | None, *, as_json: bool) -> None:
    """Send SOURCE, a folder or an .mpk file, to a host.

    \b
      hutong publish tea-house --host http://127.0.0.1:8000 --key YOUR-UPLOAD-KEY
    """  # noqa: D301  (click wants the character itself)
    address = _address(host)
    data, app_id = _package(source)
    upload_key = _upload_key(key)
    try:
        with httpx.Client(base_url=address, timeout=_TIMEOUT_S) as client:
            token = _ask_token(client, upload_key)
            answer = _send(client, token, app_id, data)
    except httpx.HTTPError as error:
        raise RefusedError(
            f"{address} does not answer ({type(error).__name__}). Is the host running there?"
        ) from error
    if as_json:
        print_json(answer)
        return
    print_findings([_finding(each) for each in answer.get("findings", [])])
    version = answer.get("version_name", "")
    click.echo(f"Sent {app_id} {version}: {answer.get('status', 'received')}")
    click.echo(f"Next: try it and send it to review at {answer.get('console_url', address)}")


def _address(host: str) -> str:
    """Return the address of a host; keys never travel unencrypted to another machine."""
    parts = urlsplit(host)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise click.UsageError(f"--host {host!r}: write it as https://lane.example")
    if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
        raise click.UsageError(f"--host {host!r}: use https, or the key could be read on the way")
    return host.rstrip("/")


def _package(source: Path) -> tuple[bytes, str]:
    if source.is_dir():
        data, package = pack_folder(source)
        return data, package.manifest.app_id
    if not source.is_file():
        raise RefusedError(f"{source}: no such file or folder. Build one with 'hutong pack'.")
    data = source.read_bytes()
    try:
        return data, read_package(data).manifest.app_id
    except PackageRefusedError as error:
        print_findings(error.findings)
        raise RefusedError(f"{source} is not a package. Build one with 'hutong pack'.") from None


def _upload_key(key: str | None) -> str:
    if key == "-":
        return sys.stdin.readline().strip()
    if key:
        return key
    asked: str = click.prompt("Upload key", hide_input=True)
    return asked


def _ask_token(client: httpx.Client, upload_key: str) -> str:
    response = client.post("/api/v1/tokens", json={"upload_key": upload_key})
    if response.is_success:
        return str(_body(response).get("access_token", ""))
    raise RefusedError(
        f"{_problem(response)} Make an upload key in your brand's console and use --key."
    )


def _send(client: httpx.Client, token: str, app_id: str, data: bytes) -> dict[str, Any]:
    response = client.post(
        f"/api/v1/programs/{quote(app_id, safe='')}/packages",
        content=data,
        headers={
            "Content-Type": "application/octet-stream",
            "Authorization": f"Bearer {token}",
        },
    )
    if response.is_success:
        return _body(response)
    print_findings([_finding(each) for each in _body(response).get("findings", [])])
    raise RefusedError(_problem(response))


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _problem(response: httpx.Response) -> str:
    """Return a refusal in the host's own words (RFC 9457), without control characters."""
    body = _body(response)
    said = str(body.get("detail") or body.get("title") or "").strip()
    said = "".join(sign for sign in said if sign.isprintable())[:_SHOWN_CHARS_MAX]
    return said or f"The host answered {response.status_code} without saying why."


def _finding(fields: Any) -> Finding:
    """Read a finding that a host sent; what it leaves out is empty."""
    read = fields if isinstance(fields, dict) else {}

    def text(name: str) -> str:
        value = "".join(sign for sign in str(read.get(name, "")) if sign.isprintable())
        return value[:_SHOWN_CHARS_MAX]

    def number(name: str) -> int:
        value = read.get(name, 0)
        return value if isinstance(value, int) else 0

    severity: Severity = "warning" if read.get("severity") == "warning" else "error"
    place = (text("file"), number("line"), number("column"))
    return Finding(*place, text("code"), text("message"), text("fix"), severity)

"""``hutong new``: a folder with a working first page."""

import re
from pathlib import Path

import click

from sdk.cli.folder import RefusedError

SCAFFOLD = Path(__file__).parent / "scaffold"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NAME_CHARS_MAX = 40


@click.command()
@click.argument("name")
@click.option("--app-id", help="The program's id for ever, such as com.example.tea-house.")
def new(name: str, app_id: str | None) -> None:
    """Make a folder NAME with a mini-program that works: one product, Buy, the order.

    \b
      hutong new tea-house
    """  # noqa: D301  (click wants the character itself)
    folder = Path(name)
    if not _NAME.fullmatch(folder.name) or len(folder.name) > _NAME_CHARS_MAX:
        raise click.UsageError(
            f"{folder.name!r}: use small letters, digits and hyphens, such as tea-house."
        )
    if folder.exists():
        raise RefusedError(f"{folder}: there is something already. Choose another name.")
    words = {
        "__APP_ID__": app_id or f"com.example.{folder.name}",
        "__NAME__": folder.name.replace("-", " ").title(),
    }
    for source in sorted(path for path in SCAFFOLD.rglob("*") if path.is_file()):
        if "__pycache__" not in source.parts:
            _copy(source, folder / source.relative_to(SCAFFOLD), words)
    click.echo(f"Made {folder}/ with two pages. Next:")
    click.echo(f"  edit  {folder}/pages/product/product.html and product.py")
    click.echo(f"  then  hutong check {folder}")
    click.echo(f"  then  hutong pack {folder}")


def _copy(source: Path, target: Path, words: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix == ".json":
        for mark, word in words.items():
            content = content.replace(mark.encode(), word.encode())
    target.write_bytes(content)

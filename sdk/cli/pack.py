"""``hutong pack``: the file that is submitted for review."""

from pathlib import Path

import click

from runtime.findings import has_errors
from runtime.package import Package, PackageRefusedError, read_package, write_package
from runtime.program import check_files
from sdk.cli.folder import RefusedError, count, print_findings, print_json, read_program


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="File to write instead of NAME.mpk."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer for another program.")
def pack(folder: Path, output: Path | None, *, as_json: bool) -> None:
    """Build the package of the program in FOLDER, such as tea-house-1.0.0.mpk.

    \b
      hutong pack tea-house
    """  # noqa: D301  (click wants the character itself)
    data, package = pack_folder(folder)
    name = folder.resolve().name
    path = output or Path(f"{name}-{package.manifest.version_name}.mpk")
    path.write_bytes(data)
    if as_json:
        print_json(
            {
                "file": str(path),
                "digest": package.digest,
                "size_bytes": len(data),
                "app_id": package.manifest.app_id,
                "version": package.manifest.version_name,
            }
        )
        return
    click.echo(f"Built {path}: {count(len(package.files), 'file')}, {len(data)} bytes")
    click.echo(f"Next: hutong publish {path} --host https://your.lane --key YOUR-UPLOAD-KEY")


def pack_folder(folder: Path) -> tuple[bytes, Package]:
    """Check a folder and return its package, or print what is wrong and refuse."""
    findings = check_files(read_program(folder))
    if has_errors(findings):
        print_findings(findings, folder)
        raise RefusedError("The program breaks rules, so there is no package. Correct them first.")
    data = write_package(folder)
    try:
        return data, read_package(data)
    except PackageRefusedError as error:
        print_findings(error.findings, folder)
        raise RefusedError("These files cannot be packed. Correct them first.") from None

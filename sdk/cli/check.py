"""``hutong check``: exactly what the review's machine checks will say."""

from pathlib import Path

import click

from runtime.program import check_files
from sdk.cli.folder import (
    DONE,
    REFUSED,
    count,
    finding_fields,
    print_findings,
    print_json,
    read_program,
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="Print the findings for another program.")
@click.pass_context
def check(context: click.Context, folder: Path, *, as_json: bool) -> None:
    """Report every rule that the program in FOLDER breaks.

    \b
      hutong check tea-house
    """  # noqa: D301  (click wants the character itself)
    files = read_program(folder)
    findings = check_files(files)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if as_json:
        print_json({"findings": finding_fields(findings), "errors": errors, "warnings": warnings})
    else:
        print_findings(findings, folder)
        told = f"{count(errors, 'error')}, {count(warnings, 'warning')}"
        click.echo(f"{count(len(files), 'file')} checked: {told}")
        if not errors:
            click.echo(f"Next: hutong pack {folder}")
    context.exit(REFUSED if errors else DONE)

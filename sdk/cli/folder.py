"""What the commands share: finding a program's folder, and printing findings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from runtime.findings import Finding
from runtime.package import read_folder

DONE, REFUSED = 0, 1


class RefusedError(click.ClickException):
    """Something is not as it should be; the message says what to do about it."""

    exit_code = REFUSED


def read_program(folder: Path) -> dict[str, bytes]:
    """Return the files of a program's folder, or refuse a folder that is none."""
    if not (folder / "manifest.json").is_file():
        raise RefusedError(
            f"{folder}: no manifest.json here. Is this the folder of a mini-program?"
            " Begin one with 'hutong new my-shop'."
        )
    return read_folder(folder)


def print_findings(findings: Sequence[Finding], folder: Path | None = None) -> None:
    """Print one line per finding, with paths that a terminal can open."""
    for finding in findings:
        prefix = "" if folder is None or folder == Path() else f"{folder.as_posix()}/"
        mark = "warning: " if finding.severity == "warning" else ""
        click.echo(f"{prefix}{mark_line(finding, mark)}")


def mark_line(finding: Finding, mark: str) -> str:
    """Return the line of a finding; warnings say that they are."""
    place = f"{finding.file}:{finding.line}:{finding.column}"
    fix = f" → {finding.fix}" if finding.fix else ""
    return f"{place} {finding.code} {mark}{finding.message}{fix}"


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer for another program to read."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def finding_fields(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as plain data."""
    return [asdict(finding) for finding in findings]


def count(number: int, word: str) -> str:
    """Return a number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"

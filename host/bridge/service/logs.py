"""What merchants read about their running programs."""

from collections.abc import Iterable
from dataclasses import dataclass

from host.bridge import repository
from host.bridge.model import LOG_LINES_SHOWN, LogLine, Severity
from host.core.db import Tx
from host.core.errors import BadInputError
from host.programs import service as programs
from host.programs.service import Program, Version


def write_log(tx: Tx, lines: Iterable[LogLine]) -> None:
    """Keep lines of one event; writing them again changes nothing."""
    for line in lines:
        repository.insert_log(tx, line)


@dataclass(frozen=True, slots=True)
class LogPage:
    """What a merchant reads: the newest lines that fit, and what else can be chosen."""

    program: Program
    lines: list[LogLine]
    # Newest first; the name that people know stands beside each line.
    versions: list[Version]
    severity: str
    version_id: str

    def version_name(self, version_id: str) -> str:
        """Return what a version is called; nothing for one that is too old to be listed."""
        return next((v.version_name for v in self.versions if v.id == version_id), "")


def read_log(
    tx: Tx, program_id: str, *, actor_id: str, severity: str = "", version_id: str = ""
) -> LogPage:
    """Return the newest lines of a program that ``actor_id`` may act for, of one kind or all."""
    program = programs.access_program(tx, program_id, actor_id=actor_id)
    if severity and severity not in set(Severity):
        raise BadInputError("Lines are info, warn, error or failure. Choose one of them.")
    lines = repository.find_log(
        tx, program.id, severity=severity, version_id=version_id, limit=LOG_LINES_SHOWN
    )
    versions = programs.find_versions(tx, program.id, actor_id=actor_id)
    return LogPage(program, lines, versions, severity, version_id)

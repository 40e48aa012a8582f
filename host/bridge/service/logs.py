"""What merchants read about their running programs."""

from collections.abc import Iterable

from host.bridge import repository
from host.bridge.model import LOG_LINES_SHOWN, LogLine
from host.core.db import Tx
from host.programs import service as programs
from host.programs.service import Program


def write_log(tx: Tx, lines: Iterable[LogLine]) -> None:
    """Keep lines of one event; writing them again changes nothing."""
    for line in lines:
        repository.insert_log(tx, line)


def read_log(tx: Tx, program_id: str, *, actor_id: str) -> tuple[Program, list[LogLine]]:
    """Return the newest lines of a program that ``actor_id`` may act for."""
    program = programs.access_program(tx, program_id, actor_id=actor_id)
    return program, repository.find_log(tx, program.id, limit=LOG_LINES_SHOWN)

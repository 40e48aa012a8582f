"""Who may run which version of a mini-program."""

from host.brands import service as brands
from host.bridge.model import Running
from host.core.db import Tx
from host.programs import service as programs
from host.programs.errors import ProgramNotFoundError
from host.programs.service import Program, Status, Version


def access_running(
    tx: Tx, program_id: str, *, viewer_id: str, version_id: str | None = None
) -> Running:
    """Return the version of a program that ``viewer_id`` may run: the live one, or a trial.

    ``version_id`` names another version: one that was live when a page of it was opened, or one
    that the viewer tries as its merchant or as an admin.
    """
    if version_id is None:
        program, version = programs.access_live(tx, program_id)
    else:
        program, version = _access_version(tx, program_id, version_id, viewer_id=viewer_id)
    programs.refuse_suspended(tx, version.id)
    brand = brands.find_brand(tx, program.brand_id)
    assert brand is not None, "a program belongs to a brand"
    is_trial = version.status not in (Status.LIVE, Status.RETIRED)
    granted = programs.find_grants(tx, version.id)
    asked = frozenset(p.scope for p in version.permissions)
    return Running(program, brand, version, asked if is_trial else asked & granted, is_trial)


def _access_version(
    tx: Tx, program_id: str, version_id: str, *, viewer_id: str
) -> tuple[Program, Version]:
    version = programs.find_version(tx, version_id)
    program = programs.find_program(tx, program_id)
    if version is None or program is None or version.program_id != program.id:
        raise ProgramNotFoundError(
            "There is no shop at this address. Look in the directory for others."
        )
    # Old pages finish on the version they began with, but not in a shop that was closed.
    is_ending = version.status is Status.RETIRED and program.live_version_id is not None
    if version.status is Status.LIVE or is_ending:
        return program, version
    return programs.open_version(tx, version_id, viewer_id=viewer_id)

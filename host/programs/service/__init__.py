"""Use cases of the programs domain.

``upload``: from bytes to a checked version; imported by its users alone, because it loads the
runtime.  ``storing``: the version in the database.  ``versions``: submit, decide, publish, roll
back.  ``directory``: what people find and open.  ``vault``: keys of other services.
``incidents``: versions that attack are stopped.
"""

from host.programs.model import Listing, Permission, Program, Secret, Status, Version
from host.programs.service.directory import (
    access_live,
    find_listings,
    find_live_page,
    find_program,
    find_programs,
    find_programs_of_brand,
    find_recent,
    find_visited,
    forget_visit,
    record_visit,
    search,
)
from host.programs.service.incidents import (
    find_incidents,
    find_suspended,
    note_incident,
    refuse_suspended,
    sweep,
)
from host.programs.service.storing import store_version
from host.programs.service.vault import find_secrets, open_secret, put_secret, remove_secret
from host.programs.service.versions import (
    access_program,
    access_version,
    approve_version,
    find_grants,
    find_live_version,
    find_version,
    find_version_named,
    find_versions,
    find_versions_by_id,
    find_versions_of_brand,
    open_version,
    put_live,
    reject_version,
    replace_compiled,
    submit_version,
    take_offline,
    withdraw_version,
)

__all__ = [
    "Listing",
    "Permission",
    "Program",
    "Secret",
    "Status",
    "Version",
    "access_live",
    "access_program",
    "access_version",
    "approve_version",
    "find_grants",
    "find_incidents",
    "find_listings",
    "find_live_page",
    "find_live_version",
    "find_program",
    "find_programs",
    "find_programs_of_brand",
    "find_recent",
    "find_secrets",
    "find_suspended",
    "find_version",
    "find_version_named",
    "find_versions",
    "find_versions_by_id",
    "find_versions_of_brand",
    "find_visited",
    "forget_visit",
    "note_incident",
    "open_secret",
    "open_version",
    "put_live",
    "put_secret",
    "record_visit",
    "refuse_suspended",
    "reject_version",
    "remove_secret",
    "replace_compiled",
    "search",
    "store_version",
    "submit_version",
    "sweep",
    "take_offline",
    "withdraw_version",
]

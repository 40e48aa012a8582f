"""Use cases of the programs domain.

``upload``: from bytes to a checked version; imported by its users alone, because it loads the
runtime.  ``storing``: the version in the database.  ``versions``: submit, decide, publish, roll
back.  ``directory``: what people find and open.  ``vault``: keys of other services.
``incidents``: what the runtime reports.  ``suspensions``: versions that nobody may open.
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
    access_incident,
    find_incidents,
    find_incidents_of,
    note_incident,
    sweep,
)
from host.programs.service.storing import store_version
from host.programs.service.suspensions import (
    find_suspended,
    find_suspension,
    find_suspensions,
    lift_suspension,
    refuse_suspended,
    suspend_version,
)
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
    "access_incident",
    "access_live",
    "access_program",
    "access_version",
    "approve_version",
    "find_grants",
    "find_incidents",
    "find_incidents_of",
    "find_listings",
    "find_live_page",
    "find_live_version",
    "find_program",
    "find_programs",
    "find_programs_of_brand",
    "find_recent",
    "find_secrets",
    "find_suspended",
    "find_suspension",
    "find_suspensions",
    "find_version",
    "find_version_named",
    "find_versions",
    "find_versions_by_id",
    "find_versions_of_brand",
    "find_visited",
    "forget_visit",
    "lift_suspension",
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
    "suspend_version",
    "sweep",
    "take_offline",
    "withdraw_version",
]

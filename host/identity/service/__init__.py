"""Use cases of the identity domain.

``names``: what a handle and a display name may be.  ``people``: profiles and who may be read.
``sign_in``: passwords, sessions and budgets.  ``entry``: signing in with
the hash between two transactions.  ``tokens``: random secrets and access tokens.
"""

from host.identity.model import Person
from host.identity.service.names import check_handle, check_line, check_name, skeleton
from host.identity.service.people import (
    access_person,
    access_person_by_handle,
    change_avatar,
    change_lang,
    change_profile,
    find_admins,
    find_people,
    find_person_by_handle,
    has_people,
    make_admin,
    register_person,
    require_admin,
)
from host.identity.service.sign_in import (
    begin_sign_in,
    change_password,
    check_new_password,
    find_devices,
    find_session,
    finish_sign_in,
    is_seen_stale,
    open_session,
    read_password_hash,
    revoke_device,
    sign_out,
    sweep,
    touch_session,
)
from host.identity.service.tokens import (
    hash_token,
    load_signing_key,
    make_access_token,
    new_token,
    read_access_token,
    signing_key,
)

__all__ = [
    "Person",
    "access_person",
    "access_person_by_handle",
    "begin_sign_in",
    "change_avatar",
    "change_lang",
    "change_password",
    "change_profile",
    "check_handle",
    "check_line",
    "check_name",
    "check_new_password",
    "find_admins",
    "find_devices",
    "find_people",
    "find_person_by_handle",
    "find_session",
    "finish_sign_in",
    "has_people",
    "hash_token",
    "is_seen_stale",
    "load_signing_key",
    "make_access_token",
    "make_admin",
    "new_token",
    "open_session",
    "read_access_token",
    "read_password_hash",
    "register_person",
    "require_admin",
    "revoke_device",
    "sign_out",
    "signing_key",
    "skeleton",
    "sweep",
    "touch_session",
]

"""Shell: what surrounds every domain's pages.

Owns no table.  Templates of the domains extend ``shell/base.html`` and use ``shell/macros.html``;
``static`` holds the first-party style sheets and modules.  The translations of the whole host lie
in ``locale``, one file per domain.
"""

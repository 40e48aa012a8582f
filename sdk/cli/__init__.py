"""The commands of merchants: write, check, pack and publish a mini-program.

Every command ends with 0 when it did what it says, 1 when something was refused, 2 when it was
called wrongly; every refusal names the next step.  ``host.cli`` mounts ``commands`` under
``hutong``.
"""

import click

from sdk.cli.check import check
from sdk.cli.new import new
from sdk.cli.pack import pack
from sdk.cli.publish import publish

commands: list[click.Command] = [new, check, pack, publish]

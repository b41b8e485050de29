"""The servers' entry: `wsgi:app` serves everything, `wsgi:hooks`, `wsgi:pages` and `wsgi:store` one side each
(docs/operations.md).

Each is built when it is first asked for, so that a server of one side does not pay for the other.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from b24app import Role, create_app
from b24app.logs import configure_logs
from b24app.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

#: Seconds that a thread may compute while others want to go on. A page asks the portal in one thread and reads its own
#: facts in another: with Python's 5 ms each answer of Redis on the first one's way waited up to 5 ms for the second.
SWITCH_S = 0.0005
_ROLES = {"app": "all", "hooks": "hooks", "pages": "pages", "store": "store"}


def __getattr__(name: str) -> Flask:
    if name not in _ROLES:
        raise AttributeError(name)
    sys.setswitchinterval(SWITCH_S)
    settings = Settings()
    configure_logs(settings.log_level, settings.log_format)
    made = create_app(settings, role=cast("Role", _ROLES[name]))
    globals()[name] = made
    return made

"""The wire to SMSC and nothing else: addresses, who we are, calls (docs/systems/smsc.md §1, §2)."""

from __future__ import annotations

from b24app.systems.kit.line import Line
from b24app.systems.plugin import OpenContext
from b24app.systems.smsc.errors import Reply


class Client:
    """Calls of one account. A key wins over a login. Everything goes by POST: an address is written into logs on its
    way."""

    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)
        key = context.setting("token")
        login = {"login": context.setting("login"), "psw": context.setting("password")}
        self._who = {"apikey": key} if key else login

    def ask(self, script: str, *, write: bool = False, **fields: str) -> Reply:
        """One call of `/sys/<script>.php`. Raises `Unavailable`, and of a write `Uncertain`."""
        form = {**self._who, "fmt": "3", "charset": "utf-8", **fields}
        label = f"{script}.php"
        _, data = self._line.json("POST", f"sys/{script}.php", label, write=write, form=form)
        return Reply(label, data)

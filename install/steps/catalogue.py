"""The list of steps and what they stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.transport import PortalClient


@dataclass(frozen=True, slots=True)
class Ground:
    """What a step works with: the portal's REST API under an administrator's key, and a fenced way to save.

    `granted` are the portal's scopes. `save(act)` runs `act(session)` in one short transaction of this portal that
    fails when the lane was lost.
    """

    client: PortalClient
    portal_id: int
    lang: str
    public_url: str
    hooks_url: str
    save: Callable[[Callable[[Session], None]], None]
    granted: Collection[str] = ()

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """The result of one read. Raises what PortalClient.call raises."""
        return self.client.call(method, params, safe=True).result

    def do(self, commands: Sequence[Command]) -> BatchAnswer:
        """Writes in one batch; what the portal says is there already counts as done. Raises the first other refusal."""
        answer = self.client.batch(commands)
        for error in answer.errors.values():
            if error.kind != "already":
                raise error
        return answer


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is a key of the `install.step.*` words and of the stored row."""

    name: str
    run: Callable[[Ground], None]

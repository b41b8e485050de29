"""A portal in which the step "returns" runs, as processes that die run it, and what its administrator sees and does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.smart_process import directory_of
from b24app.bitrix24.transport import PortalClient
from b24app.clock import SystemClock
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.logistics.returning import ReturnStage
from b24app.store import portals, return_process
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import PortalState
from b24app.store.return_process import Kept
from b24app.wire.errors import OutcomeUnknown, Why
from install.steps import Ground, returns
from install.wanted_returns import MARK, STAGES
from tests.contract.bitrix24.conftest import Rig

NAMES_RU = [spec.name("ru") for spec in STAGES.values()]


class CrashError(Exception):
    """Our process died here."""


@dataclass
class Dying:
    """The portal's client in a process that dies behind its n-th request (`dies_after`, from 1; 0 = never): the portal
    has done what it was asked to do, and nobody knows. `batches` are the requests so far."""

    client: Any
    dies_after: int = 0
    loses_answer: bool = False
    batches: list[list[str]] = field(default_factory=list)

    def batch(self, commands: Sequence[Command], **more: Any) -> Any:
        return self._count([each.method for each in commands], lambda: self.client.batch(commands, **more))

    def read_all(self, commands: Sequence[Command], **more: Any) -> Any:
        return self._count([each.method for each in commands], lambda: self.client.read_all(commands, **more))

    def call(self, method: str, *args: Any, **more: Any) -> Any:
        return self._count([method], lambda: self.client.call(method, *args, **more))

    def _count(self, methods: list[str], act: Callable[[], Any]) -> Any:
        self.batches.append(methods)
        answer = act()
        if len(self.batches) == self.dies_after:
            raise OutcomeUnknown(Why.RESET) if self.loses_answer else CrashError
        return answer


@dataclass
class Portal:
    """A portal with the app, and what the step does to it."""

    rig: Rig
    lang: str = "ru"
    now: datetime = field(default_factory=SystemClock().now)
    granted: Sequence[str] = ()

    def look(self, dies_after: int = 0, *, loses_answer: bool = False) -> Dying:
        """One run of the step in a process of its own, as an installation or an update begins it."""
        dying = Dying(self.rig.client, dies_after, loses_answer)
        client = cast("PortalClient", dying)

        def save(act: Any) -> Any:
            with session_scope(self.rig.sessions) as session:
                return act(session)

        ground = Ground(
            client, self.rig.portal_id, self.lang, "https://w", "https://h", save, lambda: self.now, self.granted
        )
        ground.read_ahead(returns.reads(ground))
        returns.run(ground)
        return dying

    @property
    def kept(self) -> Kept:
        with read_scope(self.rig.sessions) as session:
            return Kept.of(portals.get(session, self.rig.portal_id).settings)

    @property
    def process(self) -> ReturnProcess:
        found = self.kept.process
        assert found is not None
        return found

    def ask(self, **wish: Any) -> None:
        with session_scope(self.rig.sessions) as session:
            return_process.change(session, self.rig.portal_id, lambda kept: replace(kept, **wish))

    def works(self) -> None:
        """The app is installed: what is missing is no longer made unasked."""
        with session_scope(self.rig.sessions) as session:
            portals.set_state(session, self.rig.portal_id, PortalState.ACTIVE)

    def forget(self) -> None:
        """Everything of the portal was erased, and the app comes back."""
        with session_scope(self.rig.sessions) as session:
            portals.get(session, self.rig.portal_id).settings = {}

    # --- what the portal's administrator sees and does ------------------------------------------------------------

    def call(self, method: str, **params: Any) -> Any:
        return self.rig.client.call(method, params).result

    @property
    def types(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("crm.type.list")["types"]
        return found

    def stages(self) -> list[dict[str, Any]]:
        process = self.process
        condition = {"ENTITY_ID": directory_of(process.entity, process.category)}
        rows: list[dict[str, Any]] = self.call("crm.status.list", filter=condition, order={"SORT": "ASC"})
        return rows

    def stage(self, meaning: ReturnStage) -> dict[str, Any]:
        [found] = [row for row in self.stages() if row["STATUS_ID"] == self.process.stages[meaning]]
        return found

    def fields(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.call("userfieldconfig.list", moduleId="crm", filter={"xmlId": MARK})["fields"]
        return rows

    def writes(self) -> int:
        """Whatever was ever written into this portal's types, fields and stages."""
        words = (".add", ".update", ".delete")
        rows = self.rig.seen("rest.call")
        return sum(name.endswith(words) for row in rows for name in [row["key"], *row["data"].get("commands", [])])

    def is_whole(self, names: Sequence[str] = NAMES_RU) -> None:
        """One process, ten stages in order, seven fields; and it works."""
        process = self.process
        assert [each["id"] for each in self.types] == [process.type]
        rows = self.stages()
        assert [row["STATUS_ID"] for row in rows] == [process.stages[each] for each in ReturnStage]
        assert [row["NAME"] for row in rows] == [process.names[each] for each in ReturnStage] == list(names)
        assert [row["SEMANTICS"] for row in rows] == [None] * 8 + ["S", "F"]
        assert len({row["COLOR"] for row in rows}) == len(rows)
        assert len(self.fields()) == len(process.fields) == len(ReturnField)
        assert (self.kept.off, self.kept.making, process.laid) == (None, None, True)

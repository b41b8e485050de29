"""What an act tells the portal's people: entries in the deal's timeline, bells for whoever is responsible.

What a client has to hear stands ready in the timeline for the manager, where no message says it
(`returning_telling`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from b24app.flows.decisions import Text
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Return
from b24app.runners import tell
from b24app.runners.portal.returning_scene import Scene
from b24app.store import comments
from b24app.store.outbox import ToPortal
from b24app.words import say, say_problem


@dataclass
class Words:
    """Gathers what is to be told about one return; `things` are saved with it. A deal that is gone is told nothing."""

    scene: Scene
    case: Return
    things: list[ToPortal] = field(default_factory=list)

    def entry(self, key: str, what: str = "", **params: Any) -> None:
        """One entry in the timeline; `what` tells it from others of this act, or names a fact that is told once."""
        if self.is_gone:
            return
        portal = self.scene.run.portal
        marker = f"{self.case.number}:{what or key}:{'' if what else self.scene.act.id}"
        said = Text(f"return.{key}", {"number": self.case.number, **params}, marker)
        self.things.append(comments.comment(portal.id, self.case.deal_id, said, portal.language))

    def to_client(self, key: str, what: str = "", **params: Any) -> None:
        """Words for the client, for the manager to send."""
        lang = self.scene.run.portal.language
        text = say(f"return.client.{key}", lang, number=self.case.number, **params)
        self.entry("tell", what or f"tell.{key}.{self.scene.act.id}", text=text)

    def bell(self, key: str, what: str = "", **params: Any) -> None:
        """For the responsible, unless it was they who did it."""
        basis, act = self.scene.basis, self.scene.act
        if self.is_gone or not basis.assigned_by or basis.assigned_by == act.wanted.by:
            return
        portal = self.scene.run.portal
        deal = basis.title or f"№ {self.case.deal_id}"
        words = say(f"notice.return.{key}", portal.language, number=self.case.number, deal=deal, **params)
        mark = f"{self.case.number}:{what or key}:{act.id}"
        self.things.append(tell.notice(portal.id, self.case.deal_id, basis.assigned_by, mark, words))

    def problem(self, problem: Problem) -> None:
        said = say_problem(problem, self.scene.run.portal.language)
        self.bell("problem", problem.key, problem=said)

    @property
    def goods(self) -> list[str]:
        return [f"{line.sold.title} × {plain(line.asked)}" for line in self.case.lines]

    @property
    def is_gone(self) -> bool:
        return any(problem.code == "return_deal_gone" for problem in self.scene.unread)

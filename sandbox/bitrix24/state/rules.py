"""The portal's own automation: rules of stages and triggers, each a row of steps, and what became of them (crm §7)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.numbers import Numbers

#: Kinds of steps: a robot of the app's, and four of the portal's own.
ROBOT, SMS, EMAIL, STAGE = "robot", "sms", "email", "stage"
KINDS = (ROBOT, SMS, EMAIL, STAGE)
#: States of a flow.
RUNNING, STANDS, DONE, FAILED = "running", "waits", "done", "failed"


@dataclass
class Step:
    """One robot of a rule. ``code``: the app's robot, or its SMS sender. ``properties`` may hold ``{=A1:number}`` (a
    result of the first step) and ``{=Document:TITLE}``. ``when``: the step is left out unless this text is filled in
    ("" = always)."""

    kind: str
    code: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    when: str = ""


@dataclass
class Rule:
    """Begins when an item comes to ``stage``, or when the app's ``trigger`` fires for it; in one pipeline or (None) in
    all of them."""

    id: int
    entity_type_id: int
    category: int | None
    stage: str
    trigger: str
    steps: list[Step]

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "steps": [dict(vars(step)) for step in self.steps]}


@dataclass
class Flow:
    """A rule at work on one item. ``results`` by step: ``A1``, ``A2`` …"""

    rule: int
    kind: int
    number: int
    at: int = 0
    state: str = RUNNING
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: f"{secrets.token_hex(7)}.{secrets.randbelow(10**8):08d}")

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


class Rules:
    """Everything an administrator set up in the CRM's automation, and its history."""

    def __init__(self) -> None:
        self.rules: dict[int, Rule] = {}
        self.flows: dict[str, Flow] = {}
        self.ids: Iterator[int] = Numbers(1)

"""Provisioning steps in the order in which they run. Each lists what is there, compares, and applies the difference."""

from __future__ import annotations

from b24app.store import sms_sender
from install.steps import bindings, fields, plan, returns, robots, sections, sender, shop, stage, triggers
from install.steps.catalogue import Ground, Read, Save, Step

STEPS: tuple[Step, ...] = (
    Step("plan", plan.run, plan.reads),
    Step("fields", fields.run, fields.reads),
    Step("stage", stage.run, stage.reads, once=True),
    Step("placements", bindings.placements, bindings.placement_reads),
    Step("events", bindings.events, bindings.event_reads),
    Step("sections", sections.run, once=True),
    Step("returns", returns.run, returns.reads),
    # Behind the smart process: it says on which items a robot works, and how stages are called.
    Step("robots", robots.run, robots.reads),
    Step("triggers", triggers.run, triggers.reads),
    Step(sms_sender.STEP, sender.run, sender.reads),
    Step("shop", shop.run, shop.reads),
)

__all__ = ["STEPS", "Ground", "Read", "Save", "Step"]

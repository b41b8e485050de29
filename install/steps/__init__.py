"""Provisioning steps in the order in which they run. Each lists what is there, compares, and applies the difference."""

from __future__ import annotations

from install.steps import bindings, fields, plan, sections, stage
from install.steps.catalogue import Ground, Step

STEPS: tuple[Step, ...] = (
    Step("plan", plan.run),
    Step("fields", fields.run),
    Step("stage", stage.run),
    Step("placements", bindings.placements),
    Step("events", bindings.events),
    Step("sections", sections.run),
)

__all__ = ["STEPS", "Ground", "Step"]

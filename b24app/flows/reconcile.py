"""Which stages of a pipeline say that a deal should have been shipped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def stages_from(trigger: str, stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The stage that ships and the open ones after it, in their order. `stages`: `{id, sort, semantics}` as the
    installer read them. Finished deals are left out: many of them were handed over otherwise."""
    ordered = sorted(stages, key=lambda stage: int(stage.get("sort") or 0))
    ids = [str(stage["id"]) for stage in ordered]
    if trigger not in ids:
        return [trigger] if trigger else []
    after = ordered[ids.index(trigger) :]
    return [str(stage["id"]) for stage in after if not stage.get("semantics")]

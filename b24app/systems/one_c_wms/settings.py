"""What the settings that map a base's states are chosen from."""

from __future__ import annotations

from b24app.logistics.warehouse import Option
from b24app.systems.one_c_wms.vocabulary import BLOCKED, RECEIPT_STATES, STAGES_OF, STATES


def state_options(name: str, found: tuple[str, ...] = ()) -> list[Option]:
    """What the settings `states` and `receipt_states` may map: the words that the base has, and those we know."""
    if name == "states":
        known = {raw: "" if word == BLOCKED else word for raw, word in STATES.items()}
    elif name == "receipt_states":
        stages = {stage: word for word, stage in STAGES_OF.items()}
        known = {raw: stages.get(stage, "") for raw, stage in RECEIPT_STATES.items()}
    else:
        return []
    return [Option(raw, raw, known.get(raw, "")) for raw in dict.fromkeys((*found, *known))]

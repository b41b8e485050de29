"""Pipelines and their stages are read and remembered; the default pipeline gets the stage that starts a shipment
(bitrix24-crm.md §1.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.store import portal_settings, portals
from b24app.store.models import Pipeline
from install.steps.catalogue import Ground, Read
from install.wanted import Stage, plan_stage

_DEAL = 2


_CATEGORIES = Read("crm.category.list", {"entityTypeId": _DEAL})


def reads(_ground: Ground) -> list[Read]:
    return [_CATEGORIES]


def run(ground: Ground) -> None:
    pipelines = read_pipelines(ground)
    default = next((each for each in pipelines if each["default"]), pipelines[0] if pipelines else None)
    trigger = ""
    if default is not None:
        plan = plan_stage(_stages(default), default["entity"], ground.lang)
        trigger = plan.found
        if plan.add:
            ground.do([Command("stage", "crm.status.add", plan.add)])
            pipelines = read_pipelines(ground)
            default = next(each for each in pipelines if each["id"] == default["id"])
            trigger = plan_stage(_stages(default), default["entity"], ground.lang).found
    ground.save(
        lambda session: _save(session, ground.portal_id, pipelines, default["id"] if default else None, trigger)
    )


def _save(
    session: Session, portal_id: int, pipelines: Sequence[Mapping[str, Any]], default: int | None, trigger: str
) -> None:
    portal_settings.merge(session, portal_id, pipelines=[dict(each) for each in pipelines])
    known = portals.pipelines(session, portal_id)
    for each in pipelines:
        row = known.get(each["id"])
        if row is None:
            row = Pipeline(portal_id=portal_id, category_id=each["id"], enabled=False)
            session.add(row)
        if each["id"] == default and not row.trigger_stage:
            row.trigger_stage = trigger
    session.flush()


def read_pipelines(ground: Ground) -> list[dict[str, Any]]:
    """All deal pipelines with their stages, in plain JSON, as the settings keep them."""
    found = as_map(ground.get(_CATEGORIES))
    rows = [as_map(row) for row in as_list(found.get("categories"))]
    commands = [
        Command(
            f"c{row['id']}",
            "crm.status.list",
            {"filter": {"ENTITY_ID": entity_of(int(row["id"]))}, "order": {"SORT": "ASC"}},
        )
        for row in rows
    ]
    answer = ground.client.read_all(commands)
    return [_pipeline(row, as_list(answer.get(f"c{row['id']}"))) for row in rows]


def entity_of(category: int) -> str:
    """The directory of a pipeline's stages; the default pipeline's has no number."""
    return f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"


def _pipeline(row: Mapping[str, Any], statuses: Sequence[Any]) -> dict[str, Any]:
    category = int(row["id"])
    return {
        "id": category,
        "name": str(row.get("name") or ""),
        "default": str(row.get("isDefault")) == "Y" or category == 0,
        "entity": entity_of(category),
        "stages": [_stage(as_map(status)) for status in statuses],
    }


def _stage(status: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(status.get("STATUS_ID", "")),
        "name": str(status.get("NAME", "")),
        "sort": int(status.get("SORT") or 0),
        "semantics": str(status.get("SEMANTICS") or ""),
    }


def _stages(pipeline: Mapping[str, Any]) -> list[Stage]:
    return [
        Stage(each["id"], each["name"], each["sort"], each["semantics"], pipeline["entity"])
        for each in pipeline["stages"]
    ]

"""A portal that remembers what it was told, for provisioning steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer, Envelope
from b24app.bitrix24.errors import RestError

STAGES: list[dict[str, Any]] = [
    {"STATUS_ID": "NEW", "NAME": "Новая", "SORT": "10", "SEMANTICS": None},
    {"STATUS_ID": "EXECUTING", "NAME": "В работе", "SORT": "20", "SEMANTICS": None},
    {"STATUS_ID": "WON", "NAME": "Успех", "SORT": "30", "SEMANTICS": "S"},
    {"STATUS_ID": "LOSE", "NAME": "Провал", "SORT": "40", "SEMANTICS": "F"},
]

#: What tells of items of the first process that such a portal makes.
ITEMS = [f"ONCRMDYNAMICITEM{what}_1042" for what in ("ADD", "UPDATE", "DELETE")]


@dataclass
class RememberingPortal:
    """Just enough of the REST API: what is written can be read again, twice the same is refused as the vendor does."""

    fields: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"DEAL_STAGE": list(STAGES)})
    events: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)
    field_types: list[dict[str, Any]] = field(default_factory=list)
    types: list[dict[str, Any]] = field(default_factory=list)
    type_fields: list[dict[str, Any]] = field(default_factory=list)
    robots: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    senders: dict[str, dict[str, Any]] = field(default_factory=dict)
    info: dict[str, Any] = field(
        default_factory=lambda: {"LICENSE": "ru_pro100", "LICENSE_TYPE": "pro100", "VERSION": 1}
    )
    #: Whether each smart process has events of its own.
    typed: bool = True
    asked: list[str] = field(default_factory=list)
    broken: dict[str, Exception] = field(default_factory=dict)
    #: HTTP requests: a method's name, or "batch".
    requests: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        return [method for method in self.asked if method.endswith((".add", ".update", ".bind", ".unbind"))]

    def call(self, method: str, params: Mapping[str, Any] | None = None, **_: Any) -> Envelope:
        self.requests.append(method)
        return Envelope(self._do(method, params or {}))

    def batch(self, commands: Sequence[Command], **_: Any) -> BatchAnswer:
        self.requests.append("batch")
        results: dict[str, Any] = {}
        errors: dict[str, RestError] = {}
        for command in commands:
            try:
                results[command.key] = self._do(command.method, command.params)
            except RestError as error:
                errors[command.key] = error
        return BatchAnswer(results, errors)

    read_all = batch

    def _do(self, method: str, params: Mapping[str, Any]) -> Any:
        self.asked.append(method)
        if method in self.broken:
            raise self.broken[method]
        return getattr(self, "_" + method.replace(".", "_"))(params)

    def _app_info(self, params: Mapping[str, Any]) -> Any:
        return self.info

    def _department_get(self, params: Mapping[str, Any]) -> Any:
        return [{"ID": "1", "NAME": "Ромашка", "SORT": 500}, {"ID": "3", "NAME": "Склад", "SORT": 500, "PARENT": "1"}]

    def _crm_deal_userfield_list(self, params: Mapping[str, Any]) -> Any:
        return self.fields

    def _crm_deal_userfield_add(self, params: Mapping[str, Any]) -> Any:
        given = params["fields"]
        name = "UF_CRM_" + given["FIELD_NAME"]
        if any(row["FIELD_NAME"] == name for row in self.fields):
            raise RestError("ERROR_CORE", f"Field {name} already exists", "crm.deal.userfield.add")
        items = [{**row, "ID": str(31 + at)} for at, row in enumerate(given.get("LIST", []))]
        self.fields.append(
            {
                "ID": str(751 + len(self.fields)),
                "FIELD_NAME": name,
                "USER_TYPE_ID": given["USER_TYPE_ID"],
                "EDIT_FORM_LABEL": given["EDIT_FORM_LABEL"]["ru"],
                "LIST": items,
            }
        )
        return len(self.fields)

    def _crm_deal_userfield_update(self, params: Mapping[str, Any]) -> Any:
        row = next(each for each in self.fields if each["ID"] == str(params["id"]))
        row["EDIT_FORM_LABEL"] = params["fields"]["EDIT_FORM_LABEL"]["ru"]
        return True

    def _crm_item_fields(self, params: Mapping[str, Any]) -> Any:
        if params["entityTypeId"] == 31:
            return {"fields": {"ufCrmSiOwed": {"upperName": "UF_CRM_SMART_INVOICE_OWED", "type": "money"}, "title": {}}}
        if params["entityTypeId"] != 2:
            return {"fields": self._fields_of_type(params["entityTypeId"])}
        names = [row["FIELD_NAME"] for row in self.fields]
        return {"fields": {name.lower(): {"upperName": name, "isReadOnly": False} for name in names}}

    def _fields_of_type(self, entity: int) -> dict[str, Any]:
        [kind] = [row for row in self.types if row["entityTypeId"] == entity]
        mine = [row["fieldName"] for row in self.type_fields if row["entityId"] == f"CRM_{kind['id']}"]
        system = {"stageId": {"statusType": f"DYNAMIC_{entity}_STAGE_30"}, "contactIds": {}, "opportunity": {}}
        return system | {"parentId2": {}} | {name.lower(): {"upperName": name} for name in mine}

    def _crm_type_list(self, params: Mapping[str, Any]) -> Any:
        return {"types": self.types}

    def _crm_type_add(self, params: Mapping[str, Any]) -> Any:
        made = {"id": 12 + len(self.types), "entityTypeId": 1042 + 2 * len(self.types), **params["fields"]}
        self.types.append(made)
        directory = f"DYNAMIC_{made['entityTypeId']}_STAGE_30"
        born = [("NEW", None), ("PREPARATION", None), ("CLIENT", None), ("SUCCESS", "S"), ("FAIL", "F")]
        self.stages[directory] = [
            {"ID": str(at), "ENTITY_ID": directory, "STATUS_ID": f"DT{made['entityTypeId']}_30:{code}", "NAME": code,
             "SORT": str(at), "SEMANTICS": semantics}
            for at, (code, semantics) in enumerate(born, 1)
        ]  # fmt: skip
        return {"type": made}

    def _userfieldconfig_list(self, params: Mapping[str, Any]) -> Any:
        return {"fields": [row for row in self.type_fields if row["xmlId"] == params["filter"]["xmlId"]]}

    def _userfieldconfig_add(self, params: Mapping[str, Any]) -> Any:
        self.type_fields.append(dict(params["field"]))
        return {"field": self.type_fields[-1]}

    def _crm_status_update(self, params: Mapping[str, Any]) -> Any:
        rows = [row for stages in self.stages.values() for row in stages if row.get("ID") == str(params["id"])]
        rows[0].update(params["fields"])
        return True

    def _crm_category_list(self, params: Mapping[str, Any]) -> Any:
        categories = [{"id": 0, "name": "Общая", "isDefault": "Y"}]
        categories += [{"id": 3, "name": "Опт", "isDefault": "N"}] if "DEAL_STAGE_3" in self.stages else []
        return {"categories": categories}

    def _crm_status_list(self, params: Mapping[str, Any]) -> Any:
        return self.stages.get(params["filter"]["ENTITY_ID"], [])

    def _crm_status_add(self, params: Mapping[str, Any]) -> Any:
        given = params["fields"]
        entity, status = given["ENTITY_ID"], given["STATUS_ID"]
        prefix = f"DT{entity.split('_')[1]}_30:" if entity.startswith("DYNAMIC_") else ""
        row = {"ENTITY_ID": entity, "STATUS_ID": prefix + status, "NAME": given["NAME"], "SORT": str(given["SORT"])}
        self.stages[entity].append({**row, "SEMANTICS": given["SEMANTICS"] or None})
        return 1

    def _catalog_catalog_list(self, params: Mapping[str, Any]) -> Any:
        return {"catalogs": [{"iblockId": 23, "productIblockId": None}, {"iblockId": 25, "productIblockId": 23}]}

    def _catalog_section_list(self, params: Mapping[str, Any]) -> Any:
        rows = [{"id": 47, "name": "Кухня", "iblockSectionId": None}, {"id": 48, "name": "Кофе", "iblockSectionId": 47}]
        return {"sections": rows if params["start"] == 0 else []}

    def _placement_get(self, params: Mapping[str, Any]) -> Any:
        return self.placements

    def _placement_bind(self, params: Mapping[str, Any]) -> Any:
        self.placements.append(
            {"placement": params["PLACEMENT"], "handler": params["HANDLER"], "langAll": params["LANG_ALL"]}
        )
        return True

    def _placement_unbind(self, params: Mapping[str, Any]) -> Any:
        gone = (params["PLACEMENT"], params["HANDLER"])
        self.placements = [row for row in self.placements if (row["placement"], row["handler"]) != gone]
        return {"count": 1}

    def _userfieldtype_list(self, params: Mapping[str, Any]) -> Any:
        return self.field_types

    def _userfieldtype_add(self, params: Mapping[str, Any]) -> Any:
        self.field_types.append(dict(params))
        return True

    def _userfieldtype_update(self, params: Mapping[str, Any]) -> Any:
        [row] = [row for row in self.field_types if row["USER_TYPE_ID"] == params["USER_TYPE_ID"]]
        row |= params
        return True

    def _events(self, params: Mapping[str, Any]) -> Any:
        names = [f"ONCRMDYNAMICITEM{what}" for what in ("ADD", "UPDATE", "DELETE")]
        typed = [f"{name}_{row['entityTypeId']}" for row in self.types for name in names] if self.typed else []
        return ["ONCRMDEALUPDATE", *names, *typed]

    def _event_get(self, params: Mapping[str, Any]) -> Any:
        return self.events

    def _event_bind(self, params: Mapping[str, Any]) -> Any:
        self.events.append({"event": params["event"], "handler": params["handler"], "offline": 0})
        return True

    def _event_unbind(self, params: Mapping[str, Any]) -> Any:
        gone = (params["event"], params["handler"])
        self.events = [row for row in self.events if (row["event"], row["handler"]) != gone]
        return {"count": 1}

    def _bizproc_robot_list(self, params: Mapping[str, Any]) -> Any:
        return list(self.robots)

    def _bizproc_robot_add(self, params: Mapping[str, Any]) -> Any:
        if params["CODE"] in self.robots:
            raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Already installed!", "bizproc.robot.add")
        self.robots[params["CODE"]] = {name: value for name, value in params.items() if name != "CODE"}
        return True

    def _bizproc_robot_update(self, params: Mapping[str, Any]) -> Any:
        self.robots[params["CODE"]] |= params["FIELDS"]
        return True

    def _messageservice_sender_list(self, params: Mapping[str, Any]) -> Any:
        return list(self.senders)

    def _messageservice_sender_add(self, params: Mapping[str, Any]) -> Any:
        if params["CODE"] in self.senders:
            raise RestError("ERROR_SENDER_ALREADY_INSTALLED", "Already installed!", "messageservice.sender.add")
        self.senders[params["CODE"]] = dict(params)
        return True

    def _messageservice_sender_update(self, params: Mapping[str, Any]) -> Any:
        self.senders[params["CODE"]] |= params
        return True

    def _messageservice_sender_delete(self, params: Mapping[str, Any]) -> Any:
        del self.senders[params["CODE"]]
        return True

    def _bizproc_robot_delete(self, params: Mapping[str, Any]) -> Any:
        del self.robots[params["CODE"]]
        return True

    def _crm_automation_trigger_list(self, params: Mapping[str, Any]) -> Any:
        return [{"NAME": name, "CODE": code} for code, name in self.triggers.items()]

    def _crm_automation_trigger_add(self, params: Mapping[str, Any]) -> Any:
        self.triggers[params["CODE"]] = params["NAME"]
        return True

    def _crm_automation_trigger_delete(self, params: Mapping[str, Any]) -> Any:
        del self.triggers[params["CODE"]]
        return True


@pytest.fixture
def there() -> RememberingPortal:
    return RememberingPortal()

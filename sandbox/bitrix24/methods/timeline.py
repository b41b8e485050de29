"""Comments, log messages, pins, notes, icons and logos of the feed (crm §5.1, §5.2)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, access_denied, invalid_value, item_not_found, legacy, missing
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import chosen, matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules.rights import EDIT
from sandbox.bitrix24.rules.values import store_file
from sandbox.bitrix24.state.fields import entity_name, entity_of_name
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int

from .owners import owner_item, readable


def _owner_of(fields: Row) -> tuple[int, int]:
    entity_type_id = entity_of_name(str(fields.get("ENTITY_TYPE") or "")) or 0
    return entity_type_id, to_int(fields.get("ENTITY_ID")) or 0


def _emit(call: Call, what: str, number: int) -> None:
    call.portal.emit(f"ONCRMTIMELINECOMMENT{what}", {"FIELDS": {"ID": str(number)}}, call.actor)


@method("crm.timeline.comment.add", scope="crm")
def comment_add(call: Call) -> Any:
    fields = call.params.get("fields")
    if not isinstance(fields, dict):
        raise missing("fields")
    owner = _owner_of(fields)
    item = owner_item(call, owner[0], owner[1])
    text = str(fields.get("COMMENT") or "")
    if not text.strip():
        raise invalid_value("Comment is empty")
    author = to_int(fields.get("AUTHOR_ID")) or call.user.id
    row: Row = {"text": text, "author": author, "created": call.portal.now(), "files": _files(call, fields)}
    number = call.portal.timeline.comments.add_to(owner, row)
    item["lastActivityTime"] = row["created"]
    call.portal.note(
        "timeline.added", owner[1], entity_type_id=owner[0], id=number, type="comment", text=text, by=author,
        files=len(row["files"]),
    )  # fmt: skip
    _emit(call, "ADD", number)
    return number


def _files(call: Call, fields: Row) -> list[int]:
    found = []
    for pair in items_of(fields.get("FILES")):
        parts = items_of(pair)
        if len(parts) == 2:
            found.append(store_file(call.portal, str(parts[0]), str(parts[1])))
    return found


def _shown(call: Call, row: Row) -> Row:
    entity_type_id, number = row["_owner"]
    out: Row = {
        "ID": str(row["id"]), "ENTITY_ID": str(number), "ENTITY_TYPE": entity_name(entity_type_id).lower(),
        "CREATED": row["created"], "COMMENT": row["text"], "AUTHOR_ID": str(row["author"]),
    }  # fmt: skip
    if row["files"]:
        out["FILES"] = {str(one): _file(call, row, one) for one in row["files"]}
    return out


def _file(call: Call, row: Row, number: int) -> Row:
    name, data = call.portal.crm.files[number]
    link = f"{call.portal.base_url}/disk/downloadFile/{number}/"
    return {
        "id": number, "date": row["created"], "type": "file", "name": name, "size": len(data),
        "authorId": row["author"], "authorName": "", "urlPreview": link, "urlShow": link, "urlDownload": link,
    }  # fmt: skip


@method("crm.timeline.comment.list", scope="crm")
def comment_list(call: Call) -> Any:
    conditions = call.opt_map("filter")
    owner = _owner_of(conditions)
    if not readable(call, owner):
        raise legacy("Access denied.")
    rest = {key: value for key, value in conditions.items() if key not in ("ENTITY_ID", "ENTITY_TYPE")}
    rows = [_shown(call, row) for row in call.portal.timeline.comments.of(owner)]
    rows = ordered([row for row in rows if matches(row, rest)], call.opt_map("order"), "ID")
    select = [str(name) for name in items_of(call.any_case("select"))]
    found = page(rows, call.any_case("start"))
    return Listing([chosen(row, select) for row in found.result], found.total, found.next)


@method("crm.timeline.comment.get", scope="crm")
def comment_get(call: Call) -> Any:
    number = to_int(call.any_case("id"))
    if number is None or number <= 0:
        raise legacy("ID is not defined or invalid.")
    row = call.portal.timeline.comments.get(number)
    if row is None:
        raise legacy("Not found.")
    if not readable(call, row["_owner"]):
        raise legacy("Access denied.")
    return _shown(call, row)


def _comment(call: Call) -> Row:
    row = call.portal.timeline.comments.get(call.need_int("id"))
    if row is None:
        raise item_not_found()
    if not readable(call, row["_owner"], EDIT):
        raise access_denied()
    return row


@method("crm.timeline.comment.update", scope="crm")
def comment_update(call: Call) -> Any:
    row, fields = _comment(call), call.need_map("fields")
    if "COMMENT" in fields:
        text = str(fields["COMMENT"] or "")
        if not text.strip():
            raise invalid_value("Comment is empty")
        row["text"] = text
    if "FILES" in fields:
        # crm §5.1: all previous files go.
        row["files"] = _files(call, fields)
    call.portal.note("timeline.updated", row["_owner"][1], id=row["id"], type="comment", text=row["text"])
    _emit(call, "UPDATE", row["id"])
    return row["id"]


@method("crm.timeline.comment.delete", scope="crm")
def comment_delete(call: Call) -> Any:
    row = _comment(call)
    call.portal.timeline.comments.remove(row["id"])
    call.portal.note("timeline.deleted", row["_owner"][1], id=row["id"], type="comment")
    _emit(call, "DELETE", row["id"])
    return None


@method("crm.timeline.comment.fields", scope="crm")
def comment_fields(_call: Call) -> Any:
    names = {"ID": "integer", "CREATED": "datetime", "ENTITY_ID": "integer", "ENTITY_TYPE": "string",
             "AUTHOR_ID": "user", "COMMENT": "string", "FILES": "attached_diskfile"}  # fmt: skip
    return {name: {"type": kind, "isRequired": name in ("ENTITY_ID", "ENTITY_TYPE")} for name, kind in names.items()}


@method("crm.timeline.logmessage.add", scope="crm")
def log_add(call: Call) -> Any:
    fields = call.need_map("fields")
    for name in ("entityTypeId", "entityId", "title", "text", "iconCode"):
        if not fields.get(name):
            raise missing(name)
    owner = (to_int(fields["entityTypeId"]) or 0, to_int(fields["entityId"]) or 0)
    owner_item(call, owner[0], owner[1])
    row: Row = {
        "created": call.portal.now(), "authorId": call.user.id, "title": str(fields["title"]),
        "text": str(fields["text"]), "iconCode": str(fields["iconCode"]), "client": call.identity.client,
    }  # fmt: skip
    number = call.portal.timeline.log_messages.add_to(owner, row)
    call.portal.note(
        "timeline.added", owner[1], entity_type_id=owner[0], id=number, type="logmessage", text=row["text"],
        title=row["title"], by=call.user.id,
    )  # fmt: skip
    return {"logMessage": _log(row)}


def _log(row: Row) -> Row:
    return {name: row[name] for name in ("id", "created", "authorId", "title", "text", "iconCode")}


def _log_row(call: Call) -> Row:
    row = call.portal.timeline.log_messages.get(call.need_int("id"))
    if row is None:
        raise item_not_found()
    if not readable(call, row["_owner"]):
        raise access_denied()
    return row


@method("crm.timeline.logmessage.get", scope="crm")
def log_get(call: Call) -> Any:
    return {"logMessage": _log(_log_row(call))}


@method("crm.timeline.logmessage.list", scope="crm")
def log_list(call: Call) -> Any:
    owner = (call.need_int("entityTypeId"), call.need_int("entityId"))
    if not readable(call, owner):
        raise access_denied()
    rows = ordered([_log(row) for row in call.portal.timeline.log_messages.of(owner)], call.opt_map("order"), "id")
    return page(rows, call.params.get("start"))


@method("crm.timeline.logmessage.delete", scope="crm")
def log_delete(call: Call) -> Any:
    row = _log_row(call)
    if row["client"] != call.identity.client:
        raise RestError("REMOVING_DISABLED", "Запись создана другим приложением")
    call.portal.timeline.log_messages.remove(row["id"])
    return None


@method("crm.timeline.item.pin", "crm.timeline.item.unpin", scope="crm")
def pin(call: Call) -> Any:
    owner = (call.need_int("ownerTypeId"), call.need_int("ownerId"))
    owner_item(call, *owner)
    mark = (*owner, call.need_int("id"))
    if call.method.endswith("unpin"):
        call.portal.timeline.pinned.discard(mark)
    else:
        call.portal.timeline.pinned.add(mark)
    return True


@method("crm.timeline.note.save", scope="crm")
def note_save(call: Call) -> Any:
    owner = (call.need_int("ownerTypeId"), call.need_int("ownerId"))
    owner_item(call, *owner)
    text = str(call.params.get("text") or "")
    if not text:
        raise missing("text")
    call.portal.timeline.notes[(*owner, call.need_int("itemType"), call.need_int("itemId"))] = text
    return {"note": {"text": text, "createdBy": {"id": call.user.id}}}


@method("crm.timeline.icon.add", "crm.timeline.logo.add", scope="crm")
def picture_add(call: Call) -> Any:
    if not call.user.may_configure_crm:
        raise access_denied()
    code = str(call.params.get("code") or "")
    if not code or not call.params.get("fileContent"):
        raise missing("code" if not code else "fileContent")
    kind = call.method.split(".")[2]
    store = call.portal.timeline.icons if kind == "icon" else call.portal.timeline.logos
    store[code] = {"isSystem": False, "code": code, "fileUri": f"/upload/crm/{kind}/{code}.png"}
    return {kind: store[code]}


@method("crm.timeline.icon.list", "crm.timeline.logo.list", scope="crm")
def picture_list(call: Call) -> Any:
    kind = call.method.split(".")[2]
    store = call.portal.timeline.icons if kind == "icon" else call.portal.timeline.logos
    return {f"{kind}s": list(store.values())}

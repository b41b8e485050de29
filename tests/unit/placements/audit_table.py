"""What each act of a person leaves in the audit. `test_audit_table.py` holds it.

`LEAVES`: every address that changes something, with a form that it takes. An address with several acts (`up`, `down`)
has a line for each. A line is `"METHOD /path"` of the rights table; what follows a `#` only tells lines apart.
`NOTHING`: addresses that leave no row, each with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from b24app.store.audit import Act


@dataclass(frozen=True, slots=True)
class Leaves:
    """`ready`: the name of what has to be there first (`test_audit_table.READY`). `on_deal`: the row names the deal."""

    act: Act
    form: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""
    on_deal: bool = False


ACCOUNT = {"title": "СДЭК, склад", "mode": "test", "account": "acc", "secret": "s3cret-7", "contract": "1", "vat": ""}
PLACE = {
    "title": "Склад на Тверской",
    "company": "ООО Ромашка",
    "name": "Пётр Кладовщиков",
    "phone": "8 495 123-45-67",
    "address": "Москва, ул. Тверская, 7",
}
PIPELINE = {"trigger_stage": "SHIP", "connection_id": "{account}", "service": "parcel", "hold_s": "60"}
RULE = {"title": "Казань", "connection_id": "{account}", "cities": "Казань", "service_courier": "parcel"}
FIELDS = {
    f"role_{role}": "own"
    for role in ("address", "phone", "type", "point_code", "order_id", "tracking", "link", "price", "status")
}
NAMED = {"name": "Мария", "stamp": "{stamp}"}
PART = {"q_1": "1", "most_1": "2", "name_1": "Плед", "seen": "1"}
REASON = {"reason": "инвентаризация"}

ADDRESS = {
    "city": "Казань",
    "street": "ул. Мира",
    "house": "7",
    "was_address": "Казань, ул. Баумана, 5",
}

_ROW = '{{"row":1,"name":"Плед","sold":"2","left":"2","whole":true,"verdict":{{"row":1,"is_in":true,"rule":"usual"}}}}'
RETURN_RULES = {"days": "14", "answer_days": "10", "damaged": "20", "warn_days": "1", "hour": "9", "r0_ru": "Брак"}
SHOP = {"on": "yes", "name": "Доставка", "currency": "RUB", "category": "0", "by": "rules"}
BACK = {"made_of": f"[{_ROW}]", "q_1": "1", "why": "обещали"}

LEAVES: dict[str, Leaves] = {
    "POST /deals/act/ship_now": Leaves(Act.SHIP_NOW, {"deals": "{deal}"}, ready="order_over", on_deal=True),
    "POST /deals/fix/{deal}/address": Leaves(
        Act.RETRY, {"value": "Казань, ул. Баумана, 5", "was": "Казань, ул. Баумана, 5"}, on_deal=True
    ),
    "POST /deals/act/refresh": Leaves(Act.REFRESH, {"deals": "{deal}"}, on_deal=True),
    "POST /deals/act/print": Leaves(Act.PAPER_ASKED, {"deals": "{deal}"}, on_deal=True),
    "POST /deals/print/{job}/link": Leaves(Act.PAPER_OPENED, ready="printed", on_deal=True),
    "POST /tab/ship_now": Leaves(Act.SHIP_NOW, on_deal=True),
    "POST /tab/retry": Leaves(Act.RETRY, on_deal=True),
    "POST /tab/refresh": Leaves(Act.REFRESH, on_deal=True),
    "POST /tab/cancel": Leaves(Act.CANCEL, on_deal=True),
    "POST /tab/papers/{shipment}/waybill": Leaves(Act.PAPER_ASKED, on_deal=True),
    "POST /tab/changes/{shipment}": Leaves(Act.CHANGE, NAMED, ready="stamp", on_deal=True),
    "POST /tab/changes/{shipment}/anew": Leaves(Act.ANEW, on_deal=True),
    "POST /tab/changes/{shipment}/stop": Leaves(Act.STOP, ready="moved", on_deal=True),
    "POST /tab/collect/{shipment}/courier": Leaves(
        Act.COURIER, {"day": "2026-11-25", "begin": "10:00", "end": "18:00"}, on_deal=True
    ),
    "POST /tab/collect/{shipment}/courier/off": Leaves(Act.COURIER_OFF, ready="called", on_deal=True),
    "POST /tab/paper/{paper}/link": Leaves(Act.PAPER_OPENED, on_deal=True),
    "POST /tab/several/ship": Leaves(Act.PART, PART, on_deal=True),
    "POST /tab/several/{shipment}/cancel": Leaves(Act.CANCEL, on_deal=True),
    "POST /tab/chain/{shipment}/cancel": Leaves(Act.CANCEL, ready="follows", on_deal=True),
    "POST /tab/chain/rest": Leaves(Act.REST, on_deal=True),
    "POST /tab/address/save": Leaves(Act.ADDRESS, ADDRESS, on_deal=True),
    "POST /tab/rates/choose": Leaves(Act.RATE, {"rate": "{account}:parcel"}, ready="rate", on_deal=True),
    "POST /tab/rates/drop": Leaves(Act.RATE_DROPPED, ready="chosen", on_deal=True),
    "POST /tab/rates/book": Leaves(Act.RATE_BOOKED, {"rate": "{account}:parcel"}, ready="rate", on_deal=True),
    "POST /tab/extras": Leaves(Act.EXTRAS, {"extra_sms": "yes", "seen": "1"}, ready="ticked", on_deal=True),
    "POST /tab/extras/drop": Leaves(Act.EXTRAS_DROPPED, {"seen": "1"}, ready="ticked", on_deal=True),
    "POST /tab/parcels/save": Leaves(
        Act.PARCELS,
        {"job": "{goods}", "version": "0", "s-1-1": "1", "s-2-1": "1", "w-1": "0,4"},
        ready="goods",
        on_deal=True,
    ),
    "POST /tab/parcels/drop": Leaves(
        Act.PARCELS_DROPPED, {"job": "{goods}", "version": "1", "s-1-1": "2"}, ready="laid", on_deal=True
    ),
    "POST /return/{return}/move": Leaves(Act.RETURN, {"to": "approved"}, on_deal=True),
    "POST /return/{return}/refuse": Leaves(Act.RETURN, {"why": "носили"}, on_deal=True),
    "POST /return/{return}/override": Leaves(Act.RETURN, {"why": "постоянный клиент"}, on_deal=True),
    "POST /return/{return}/outcome": Leaves(Act.RETURN, {"outcome": "refund"}, on_deal=True),
    "POST /return/{return}/way": Leaves(Act.RETURN, {"way": "brought:0::"}, on_deal=True),
    "POST /return/{return}/count": Leaves(Act.RETURN, {"r1_as_new": "1", "finished": "yes"}, on_deal=True),
    "POST /return/{return}/scanned": Leaves(Act.RETURN, on_deal=True),
    "POST /return/{return}/replace": Leaves(Act.RETURN, on_deal=True),
    "POST /return/{return}/sent": Leaves(Act.RETURN, {"number": "RA123"}, on_deal=True),
    "POST /return/{return}/lines": Leaves(Act.RETURN, {"l1": "1"}, on_deal=True),
    "POST /return/{return}/agree": Leaves(Act.RETURN, {"sum": "100", "why": "обещали"}, on_deal=True),
    "POST /return/{return}/paid": Leaves(Act.RETURN, {"sum": "100"}, on_deal=True),
    "POST /return/{return}/photo/p1/link": Leaves(Act.RETURN_PHOTO, on_deal=True),
    "POST /tab/told/{message}/again": Leaves(Act.TOLD_AGAIN, on_deal=True),
    "POST /return/{return}/told/{message}/again": Leaves(Act.TOLD_AGAIN, on_deal=True),
    "POST /tab/returns/begin": Leaves(Act.RETURN_BEGUN, BACK, on_deal=True),
    "POST /app/deal/{deal}/ship_now": Leaves(Act.SHIP_NOW, on_deal=True),
    "POST /app/deal/{deal}/retry": Leaves(Act.RETRY, on_deal=True),
    "POST /app/checks/ship/{deal}": Leaves(Act.SHIP_NOW, on_deal=True),
    "POST /app/reread": Leaves(Act.REREAD),
    "POST /app/update": Leaves(Act.UPDATE_AGAIN),
    "POST /app/pipelines/reread": Leaves(Act.REREAD),
    "POST /app/account/cdek/0": Leaves(Act.CONNECTION_ADDED, ACCOUNT),
    "POST /app/account/cdek/{account}": Leaves(Act.CONNECTION, ACCOUNT),
    "POST /app/account/{account}/test": Leaves(Act.CONNECTION_TEST),
    "POST /app/account/{account}/pause": Leaves(Act.PAUSE, REASON),
    "POST /app/account/{account}/resume": Leaves(Act.RESUME, ready="paused"),
    "POST /app/account/{account}/profile/profile/restore": Leaves(Act.CONNECTION, ready="profiled"),
    "POST /app/account/{account}/remove": Leaves(Act.CONNECTION_REMOVED, ready="unshipped"),
    "POST /app/origin/{origin}": Leaves(Act.ORIGIN, PLACE),
    "POST /app/origin/0": Leaves(Act.ORIGIN_ADDED, PLACE),
    "POST /app/origin/{origin}/default": Leaves(Act.ORIGIN_DEFAULT),
    "POST /app/origin/{origin}/remove": Leaves(Act.ORIGIN_REMOVE),
    "POST /app/pipeline/0": Leaves(Act.PIPELINE, {**PIPELINE, "enabled": "1"}),
    "POST /app/pipeline/0#off": Leaves(Act.PIPELINE_OFF, PIPELINE),
    "POST /app/pipeline/0#on": Leaves(Act.PIPELINE_ON, {**PIPELINE, "enabled": "1"}, ready="pipeline_off"),
    "POST /app/pipeline/0/forget": Leaves(Act.PIPELINE_OFF),
    "POST /app/fields": Leaves(Act.FIELDS, FIELDS),
    "POST /app/papers": Leaves(Act.PAPERS, {"attach": "yes", "prepare": "label:A6"}),
    "POST /app/client-page": Leaves(Act.CLIENT_PAGE, {"change": "yes", "rate": "yes", "link": "ours"}),
    "POST /app/delivery-row": Leaves(Act.DELIVERY_ROW, {"on": "yes", "product": "3311"}),
    "POST /app/price-rules": Leaves(Act.PRICE_RULES, {"percent": "10", "currency": "RUB"}),
    "POST /app/delivery-invoice": Leaves(Act.DELIVERY_INVOICE, {"on": "yes"}),
    "POST /app/return-invoice": Leaves(Act.RETURN_INVOICE, {"return_owed": ""}),
    "POST /app/shop": Leaves(Act.SHOP, SHOP),
    "POST /app/returns": Leaves(Act.RETURNS_PROCESS, {"type": "12"}, ready="process"),
    "POST /app/returns/again": Leaves(Act.RETURNS_AGAIN),
    "POST /app/returns/report/link": Leaves(Act.RETURN_REPORT),
    "POST /app/promises/link": Leaves(Act.PROMISES),
    "POST /app/messages/on": Leaves(Act.MESSAGES_ON, ready="told"),
    "POST /app/messages/off": Leaves(Act.MESSAGES_OFF),
    "POST /app/messages/sending": Leaves(Act.MESSAGES, {"quiet_from": "20", "quiet_to": "9"}),
    "POST /app/messages/step/1": Leaves(Act.MESSAGES, {"way1": "email"}),
    "POST /app/messages/plan/all/ready": Leaves(Act.MESSAGE_PLAN, {"text": "ru:sms", "body": "Приехало"}),
    "POST /app/messages/plan/all/ready/switch": Leaves(Act.MESSAGE_PLAN),
    "POST /app/messages/scope/0": Leaves(Act.MESSAGE_PIPELINE),
    "POST /app/messages/scope/0/off": Leaves(Act.MESSAGE_PIPELINE_OFF, ready="told"),
    "POST /app/messages/stops": Leaves(Act.MESSAGE_STOP, {"who": "8 900 123-45-60"}),
    "POST /app/messages/stops/{stop}/off": Leaves(Act.MESSAGE_ALLOW),
    "POST /app/brand": Leaves(Act.BRAND, {"name": "Лён и Хвоя"}),
    "POST /app/brand/logo/off": Leaves(Act.BRAND),
    "POST /app/dashboard/link": Leaves(Act.DASHBOARD),
    "POST /app/returns/rules": Leaves(Act.RETURN_RULES, RETURN_RULES),
    "POST /app/fields/reread": Leaves(Act.REREAD),
    "POST /app/fields/link/own": Leaves(Act.FIELD_OWN),
    "POST /app/fields/link/name": Leaves(Act.FIELD_NAME),
    "POST /app/fields/link/keep": Leaves(Act.FIELD_KEEP),
    "POST /app/defaults": Leaves(Act.DEFAULTS, {"all_weight_g": "500"}),
    "POST /app/defaults/section/7": Leaves(Act.SECTION_DEFAULTS, {"own_weight_g": "1,5 кг"}, ready="section"),
    "POST /app/rules/0": Leaves(Act.RULE_ADDED, RULE),
    "POST /app/rules/{rule}": Leaves(Act.RULE, RULE),
    "POST /app/rules/{rule}/up": Leaves(Act.RULE_UP),
    "POST /app/rules/{rule}/down": Leaves(Act.RULE_DOWN),
    "POST /app/rules/{rule}/on": Leaves(Act.RULE_ON),
    "POST /app/rules/{rule}/off": Leaves(Act.RULE_OFF),
    "POST /app/rules/{rule}/remove": Leaves(Act.RULE_REMOVE),
    "POST /app/rules/try": Leaves(Act.RULES_TRY, {"count": "20"}),
    "POST /app/rights": Leaves(
        Act.RIGHTS,
        {"ship_who": "everyone", "cancel_who": "chosen", "cancel_user": "9|Борис", "costs_who": "everyone",
         "settings_who": "chosen"},
    ),
    "POST /app/automation": Leaves(Act.AUTOMATION, {"on": "ready", "robot": "waybill_quote"}),
    "POST /app/automation/again": Leaves(Act.REREAD),
    "POST /app/alarms": Leaves(Act.ALARMS_OFF),
    "POST /app/alarms#on": Leaves(Act.ALARMS_ON, {"on": "1"}),
    "POST /app/trial": Leaves(Act.TRIAL, {"deal": "{deal}"}, on_deal=True),
    "POST /app/trial/on/0": Leaves(Act.PIPELINE_ON, ready="pipeline_off"),
    "POST /app/checks/run": Leaves(Act.RECONCILE),
    "POST /app/checks/off/foreign/{order}": Leaves(Act.CHECKED_OFF, REASON),
    "POST /app/checks/off/missing/{deal}": Leaves(Act.CHECKED_OFF, REASON, ready="missing", on_deal=True),
    "POST /app/failed/retry": Leaves(Act.DESK_RETRY, {"row": "outbox:{dead}"}, ready="dead", on_deal=True),
    "POST /app/failed/give-up": Leaves(Act.GIVE_UP, {"row": "outbox:{dead}", **REASON}, ready="dead", on_deal=True),
    "GET /app/support/link": Leaves(Act.SUPPORT_BUNDLE),
    "POST /return/phones": Leaves(Act.CLERK_OFFERED, {"clerk": "9|Борис"}),
    "POST /return/phones/{phone}/off": Leaves(Act.CLERK_OFF),
    "POST /install/again": Leaves(Act.INSTALL_AGAIN),
}  # fmt: skip

_FRAME = "the portal opens a page: that somebody looked is no act"
_CLERK = "what a clerk scans and does is kept with the return, under the name of the phone's clerk: test_clerk"
_KEEPS = "leaves one, but needs a system that keeps documents: test_tab_documents"
_ORDER = "leaves one, but needs a client who was let in: test_public_return"
_LINK = "leaves one, but needs the link of a parcel: test_track"
NOTHING: dict[str, str] = {
    "POST /app/messages/try": "shows what would be sent, sends nothing",
    "POST /app/messages/plan/all/ready/look": "draws what stands in the form, stores nothing",
    "POST /app/brand/look": "draws what stands in the form, stores nothing",
    "POST /app/costs/read": "shows how a file would be read, stores nothing",
    "POST /app/costs/line/0": "leaves one, but needs a line of a file: test_costs_page",
    "POST /app/costs/take": "leaves one, but needs a file: test_costs_page",
    "POST /app/brand/logo": "leaves one, but needs a picture: test_brand_page",
    "POST /r/nothing": "a client finds their order",
    "POST /r/nothing/1.x": "a client finds their order",
    "POST /r/nothing/order": "goes back to what was filled in",
    "POST /r/nothing/order/check": "says what will happen, stores nothing",
    "POST /r/nothing/order/ask": _ORDER,
    "POST /r/nothing/order/off": _ORDER,
    "POST /r/nothing/order/photo": "a client adds to what they asked for, which left one",
    "POST /r/nothing/leave": "the browser forgets the order",
    "POST /t/nothing/x/rating": "what a client says of a delivery is kept with it, and told in the deal: test_track",
    "POST /t/nothing/x/stop": _LINK,
    "POST /t/nothing/x/open": "a client shows that the parcel is theirs",
    "POST /t/nothing/x/point": _LINK,
    "POST /t/nothing/x/address": _LINK,
    "POST /t/nothing/x/day": _LINK,
    "POST /app": _FRAME,
    "POST /tab": _FRAME,
    "POST /deals": _FRAME,
    "POST /return": _FRAME,
    "POST /return/{return}/prices": "asks carriers for prices",
    "POST /return/{return}/card": "leaves one, but needs a card that somebody deleted: test_return_tab",
    "POST /return/{return}/label/link": "leaves one, but needs an order that brings goods back: test_return_tab",
    "POST /return/{return}/label/again": "leaves one, but needs an order that brings goods back: test_return_tab",
    "POST /app/returns/{return}": "opens the page of a return with the person's own key",
    "POST /field/point": _FRAME,
    "POST /robot/settings": _FRAME,
    "POST /deals/fix/{deal}/address/open": "reads the field with the person's own key",
    "POST /app/returns/rows": "lists returns: other ones are looked at",
    "POST /deals/rows": "reads another page with the person's own key",
    "POST /session": "a session goes on",
    "POST /app/price-rules/try": "works out an example, stores nothing",
    "POST /tab/points": "reads what the parcel needs of a point",
    "POST /tab/collect/{shipment}/hand-over": "leaves one, but needs a system that has the step: test_tab_collect",
    "POST /tab/points/choose": "leaves one, but needs the person's own key: test_tab_points",
    "POST /app/account/{account}/profile/profile": "leaves one, but needs a whole document: test_profiles",
    "POST /app/account/{account}/profile/profile/check": "says what is wrong with a text, stores nothing",
    "POST /app/account/{account}/profile/profile/try": "applies a text to samples, stores and sends nothing",
    "POST /app/account/{account}/lists": "asks the system what there is to choose from",
    "POST /tab/parcels": "reads the deal's goods with their weights",
    "POST /tab/parcels/lay": "draws the form after a move, stores nothing",
    "POST /tab/parcels/sum": "counts what stands in the form, stores nothing",
    "POST /tab/several": "reads the deal with the person's own key: what is left to ship",
    "POST /tab/told/rest": "leaves one, but needs a message that did not go: test_told",
    "POST /tab/returns": "reads the deal with the person's own key: what may still come back",
    "POST /tab/returns/asked": "asks what came of a press",
    "POST /tab/read": "reads the deal anew with the person's own key",
    "POST /tab/address": "reads the deal with the person's own key; a question to the carrier's directory is no act",
    "POST /tab/address/check": "asks the carrier's directory",
    "POST /tab/address/message": "reads a pasted text, stores nothing",
    "POST /tab/rates": "asks carriers for prices",
    "POST /tab/rates/again": "asks a carrier for its price once more",
    "POST /tab/documents": "looks at the documents of the deal's orders",
    "POST /tab/documents/again": "looks once more",
    "POST /tab/document/{filed}/fetch": "fetches a file; opening it leaves one",
    "POST /tab/documents/{shipment}/paper/{paper}": _KEEPS,
    "POST /tab/documents/{shipment}/upload": _KEEPS,
    "POST /tab/document/{filed}/send": _KEEPS,
    "POST /tab/document/{filed}/link": _KEEPS,
    "POST /tab/stock": "asks warehouses what lies there",
    "POST /tab/stock/again": "asks warehouses once more",
    "POST /tab/rates/leave": "closes what the tab said about a booking that was not sent",
    "POST /app/trial/deals": "lists the newest deals to choose from",
    "POST /app/fields/form": "draws the form for another field, stores nothing",
    "POST /app/rules/{rule}/form": "draws the form for another account, stores nothing",
    "POST /return/strays/nothing/settled": "leaves one, but needs a parcel: test_clerk_phones",
    "POST /clerk/pair/nothing": "the manager's code leaves one; who has paired when is kept with the phone",
    "POST /clerk/api/1/return/1/scans": _CLERK,
    "POST /clerk/api/1/return/1/photo/nothing": _CLERK,
    "POST /clerk/api/1/return/1/finish": _CLERK,
    "POST /clerk/api/1/return/1/reopen": _CLERK,
    "POST /clerk/api/1/strays": _CLERK,
    "POST /clerk/api/1/stray/nothing/leave": _CLERK,
    "POST /clerk/api/1/stray/nothing/photo/nothing": _CLERK,
    "POST /clerk/api/1/sign-off": "kept with the phone",
    "POST /install": "leaves one, but needs a proven frame: test_the_installer_leaves_its_row",
}

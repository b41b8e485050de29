"""Who may call what: one line for every address of the app that people can reach. `test_rights_table.py` holds it.

A line is `"METHOD /path": kind(right)`. Numbers in a path are names of rows that both portals have: `{account}`,
`{rule}`, `{origin}`, `{job}`, `{order}` (a foreign one), `{phone}` (a clerk's), `{deal}`, `{message}` (of the
return), `{shipment}`, `{paper}` (a ready one), `{filed}` (a document of the shipment's), `{return}` (of the deal). Of
an address with several acts, a line for each.

    app(right)   the app's own page: a session of it, and that right
    tab(right)   the deal's tab: a session of it, and that right (None: whoever may read the deal)
    listing(right) the list of many deals, or the app's page, which has it too: a session of either, and that right
    back(right)  the page of a return: a session of its item's tab (its deal's, the app's page), and that right
    own_field()  the point as a field of a card: a session of it
    installer()  the installer's page: a session of it
    frame(right) the portal opens it by a POST that is proven, and that right
    opened()     a page for everybody, no session
    renewal()    a session that ran out, and a fresh key of the same person
    link()       a signed link for one use, no session
    phone()      a clerk's phone, by its own token: never a session, and never what another site's page asks
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.frames.rights import Right
from placements import app as app_page

APP, TAB, INSTALL, LIST = "DEFAULT", "CRM_DEAL_DETAIL_TAB", "INSTALL", "CRM_DEAL_LIST_TOOLBAR"
FIELD = "USERFIELD_TYPE"
ROBOT = "BIZPROC_ROBOT"
RETURN, ITEM = "RETURN", "RETURN_ITEM"


@dataclass(frozen=True, slots=True)
class Takes:
    """`placement`: of the session; empty where none is needed. `also`: a second right without which it is refused.
    `pages`: placements whose pages carry the same part."""

    kind: str
    placement: str = ""
    right: Right | None = None
    also: Right | None = None
    pages: tuple[str, ...] = ()


def app(right: Right) -> Takes:
    return Takes("session", APP, right)


def tab(right: Right | None, also: Right | None = None) -> Takes:
    return Takes("session", TAB, right, also)


def listing(right: Right | None) -> Takes:
    return Takes("session", LIST, right, pages=(APP,))


def back(right: Right | None) -> Takes:
    return Takes("session", RETURN, right, pages=(TAB, APP))


def own_field() -> Takes:
    return Takes("session", FIELD)


def installer() -> Takes:
    return Takes("session", INSTALL)


def frame(placement: str, right: Right | None) -> Takes:
    return Takes("frame", placement, right)


def opened() -> Takes:
    return Takes("opened")


def renewal() -> Takes:
    return Takes("renewal", APP)


def link() -> Takes:
    return Takes("link")


def phone() -> Takes:
    return Takes("phone")


TABLE: dict[str, Takes] = {
    "GET /": opened(),
    "GET /app": opened(),
    "GET /tab": opened(),
    "GET /install": opened(),
    "GET /deals": opened(),
    "GET /field/point": opened(),
    "POST /field/point": frame(FIELD, None),
    "GET /field/point/list": own_field(),
    "GET /robot/settings": opened(),
    "POST /robot/settings": frame(ROBOT, Right.SETTINGS),
    "POST /app": frame(APP, Right.RETURNS),
    "POST /tab": frame(TAB, None),
    "POST /session": renewal(),
    "POST /deals": frame(LIST, None),
    "POST /deals/rows": listing(None),
    # An address that no portal has; those of a portal: test_public_return.
    "GET /r/nothing": link(),
    "POST /r/nothing": link(),
    "GET /r/nothing/brand.css": link(),
    "GET /r/nothing/logo.png": link(),
    "GET /r/nothing/order": link(),
    "POST /r/nothing/order": link(),
    "POST /r/nothing/order/check": link(),
    "POST /r/nothing/order/ask": link(),
    "POST /r/nothing/order/off": link(),
    "GET /r/nothing/order/label/R1": link(),
    "POST /r/nothing/order/photo": link(),
    "POST /r/nothing/leave": link(),
    "GET /r/nothing/1.x": link(),
    "POST /r/nothing/1.x": link(),
    # The same of the page of a parcel: test_track.
    "GET /t/nothing/x": link(),
    "POST /t/nothing/x/rating": link(),
    "GET /t/nothing/x/stop": link(),
    "POST /t/nothing/x/stop": link(),
    "POST /t/nothing/x/open": link(),
    "GET /t/nothing/x/point": link(),
    "POST /t/nothing/x/point": link(),
    "GET /t/nothing/x/day": link(),
    "POST /t/nothing/x/day": link(),
    "GET /t/nothing/x/address": link(),
    "POST /t/nothing/x/address": link(),
    "GET /t/nothing/x/code": link(),
    "GET /deals/live/{job}/x": listing(None),
    "POST /deals/act/ship_now": listing(Right.SHIP),
    "POST /deals/act/refresh": listing(Right.SHIP),
    "POST /deals/act/print": listing(Right.SHIP),
    "POST /deals/print/{job}/link": listing(Right.SHIP),
    "POST /deals/fix/{deal}/address/open": listing(Right.SHIP),
    "POST /deals/fix/{deal}/address": listing(Right.SHIP),
    "GET /return": opened(),
    "POST /return": frame("CRM_DYNAMIC_1042_DETAIL_TAB", None),
    "GET /return/item/version": Takes("session", ITEM),
    "GET /return/{return}": back(None),
    "GET /return/{return}/version": back(None),
    "POST /return/{return}/move": back(Right.RETURNS),
    "POST /return/{return}/refuse": back(Right.RETURNS),
    "POST /return/{return}/override": back(Right.RETURNS),
    "POST /return/{return}/outcome": back(Right.RETURNS),
    "POST /return/{return}/way": back(Right.RETURNS),
    "POST /return/{return}/count": back(Right.RETURNS),
    "POST /return/{return}/scanned": back(Right.RETURNS),
    "POST /return/{return}/replace": back(Right.RETURNS),
    "POST /return/{return}/sent": back(Right.RETURNS),
    "POST /return/{return}/lines": back(Right.RETURNS),
    "POST /return/{return}/prices": back(Right.RETURNS),
    "POST /return/{return}/card": back(Right.RETURNS),
    "POST /return/{return}/label/link": back(None),
    "POST /return/{return}/label/again": back(Right.RETURNS),
    "POST /return/{return}/agree": back(Right.REFUNDS),
    "POST /return/{return}/paid": back(Right.REFUNDS),
    "POST /return/{return}/photo/p1/link": back(None),
    "GET /return/photo/nothing": link(),
    "POST /app/returns/{return}": app(Right.RETURNS),
    "GET /tab/version": tab(None),
    "POST /tab/read": tab(None),
    "POST /tab/ship_now": tab(Right.SHIP),
    "POST /tab/retry": tab(Right.SHIP),
    "POST /tab/refresh": tab(Right.SHIP),
    "POST /tab/cancel": tab(Right.CANCEL),
    "POST /tab/papers/{shipment}/waybill": tab(Right.SHIP),
    "POST /tab/paper/{paper}/link": tab(None),
    "GET /paper/nothing": link(),
    "POST /tab/address": tab(Right.SHIP),
    "POST /tab/address/check": tab(Right.SHIP),
    "GET /tab/address/check": tab(Right.SHIP),
    "POST /tab/address/message": tab(Right.SHIP),
    "POST /tab/address/save": tab(Right.SHIP),
    "POST /tab/rates": tab(None),
    "POST /tab/rates/again": tab(None),
    "GET /tab/rates/panel": tab(None),
    "GET /tab/rates/version": tab(None),
    "POST /tab/rates/choose": tab(Right.SHIP),
    "POST /tab/rates/drop": tab(Right.SHIP),
    "POST /tab/rates/book": tab(Right.SHIP),
    "POST /tab/rates/leave": tab(Right.SHIP),
    "POST /tab/stock": tab(None),
    "POST /tab/stock/again": tab(None),
    "GET /tab/stock/version": tab(None),
    "POST /tab/documents": tab(None),
    "POST /tab/documents/again": tab(None),
    "GET /tab/documents/version": tab(None),
    "POST /tab/documents/{shipment}/paper/{paper}": tab(Right.SHIP),
    "POST /tab/documents/{shipment}/upload": tab(Right.SHIP),
    "POST /tab/document/{filed}/fetch": tab(None),
    "POST /tab/document/{filed}/send": tab(Right.SHIP),
    "POST /tab/document/{filed}/link": tab(None),
    "GET /document/nothing": link(),
    "POST /tab/changes/{shipment}": tab(Right.SHIP),
    "POST /tab/changes/{shipment}/anew": tab(Right.CANCEL, also=Right.SHIP),
    "POST /tab/changes/{shipment}/stop": tab(Right.CANCEL),
    "POST /tab/collect/{shipment}/courier": tab(Right.SHIP),
    "POST /tab/collect/{shipment}/courier/off": tab(Right.CANCEL),
    "POST /tab/collect/{shipment}/hand-over": tab(Right.SHIP),
    "POST /tab/extras": tab(Right.SHIP),
    "POST /tab/extras/drop": tab(Right.SHIP),
    "POST /tab/parcels": tab(Right.SHIP),
    "GET /tab/parcels/ready": tab(Right.SHIP),
    "POST /tab/parcels/lay": tab(Right.SHIP),
    "POST /tab/parcels/sum": tab(Right.SHIP),
    "POST /tab/parcels/save": tab(Right.SHIP),
    "POST /tab/parcels/drop": tab(Right.SHIP),
    "POST /tab/several": tab(Right.SHIP),
    "POST /tab/several/ship": tab(Right.SHIP),
    "GET /tab/several/ready": tab(Right.SHIP),
    "POST /tab/several/{shipment}/cancel": tab(Right.CANCEL),
    "POST /tab/chain/{shipment}/cancel": tab(Right.CANCEL),
    "POST /tab/chain/rest": tab(Right.SHIP),
    "POST /tab/told/{message}/again": tab(Right.SHIP),
    "POST /tab/told/rest": tab(Right.SHIP),
    "POST /return/{return}/told/{message}/again": back(Right.SHIP),
    "POST /tab/returns": tab(Right.RETURNS),
    "POST /tab/returns/begin": tab(Right.RETURNS),
    "POST /tab/returns/asked": tab(Right.RETURNS),
    "POST /tab/points": tab(Right.SHIP),
    "GET /tab/points/ready": tab(Right.SHIP),
    "GET /tab/points/list": tab(Right.SHIP),
    "GET /tab/points/map": tab(Right.SHIP),
    "POST /tab/points/choose": tab(Right.SHIP),
    **{f"GET /app/s/{section.code}": app(section.right) for section in app_page.SECTIONS},
    **{f"GET /app/steps/{section.code}": app(section.right) for section in app_page.SECTIONS},
    "GET /app/version": app(Right.SETTINGS),
    "POST /app/deal/{deal}/ship_now": app(Right.SETTINGS),
    "POST /app/deal/{deal}/retry": app(Right.SETTINGS),
    "POST /app/reread": app(Right.SETTINGS),
    "POST /app/update": app(Right.SETTINGS),
    "POST /app/account/cdek/0": app(Right.SETTINGS),
    "POST /app/account/cdek/{account}": app(Right.SETTINGS),
    "POST /app/account/{account}/test": app(Right.SETTINGS),
    "POST /app/account/{account}/lists": app(Right.SETTINGS),
    "POST /app/account/{account}/pause": app(Right.SETTINGS),
    "POST /app/account/{account}/resume": app(Right.SETTINGS),
    "GET /app/account/{account}/progress": app(Right.SETTINGS),
    "GET /app/accounts": app(Right.SETTINGS),
    "GET /app/account/{account}/profile/profile": app(Right.SETTINGS),
    "GET /app/account/{account}/profile/profile/samples": app(Right.SETTINGS),
    "POST /app/account/{account}/profile/profile": app(Right.SETTINGS),
    "POST /app/account/{account}/profile/profile/check": app(Right.SETTINGS),
    "POST /app/account/{account}/profile/profile/try": app(Right.SETTINGS),
    "POST /app/account/{account}/profile/profile/restore": app(Right.SETTINGS),
    "GET /app/origins": app(Right.SETTINGS),
    "POST /app/origin/{origin}": app(Right.SETTINGS),
    "POST /app/origin/{origin}/default": app(Right.SETTINGS),
    "POST /app/pipeline/0/forget": app(Right.SETTINGS),
    "POST /app/pipelines/reread": app(Right.SETTINGS),
    "GET /app/trace/{deal}": app(Right.SETTINGS),
    "GET /app/rules/{rule}/form": app(Right.SETTINGS),
    "POST /app/rules/{rule}/form": app(Right.SETTINGS),
    "POST /app/rules/{rule}": app(Right.SETTINGS),
    "POST /app/rules/{rule}/up": app(Right.SETTINGS),
    "POST /app/rules/try": app(Right.SETTINGS),
    "GET /app/rules/try/version": app(Right.SETTINGS),
    "GET /app/fields": app(Right.SETTINGS),
    "POST /app/fields": app(Right.SETTINGS),
    "POST /app/papers": app(Right.SETTINGS),
    "POST /app/client-page": app(Right.SETTINGS),
    "POST /app/delivery-row": app(Right.SETTINGS),
    "POST /app/delivery-invoice": app(Right.SETTINGS),
    "POST /app/return-invoice": app(Right.SETTINGS),
    "POST /app/price-rules": app(Right.SETTINGS),
    "POST /app/price-rules/try": app(Right.SETTINGS),
    "GET /app/shop": app(Right.SETTINGS),
    "POST /app/shop": app(Right.SETTINGS),
    "GET /app/returns": app(Right.SETTINGS),
    "POST /app/returns": app(Right.SETTINGS),
    "POST /app/returns/again": app(Right.SETTINGS),
    "POST /app/returns/rows": app(Right.RETURNS),
    "POST /app/returns/rules": app(Right.SETTINGS),
    "GET /app/messages": app(Right.SETTINGS),
    "POST /app/messages/on": app(Right.SETTINGS),
    "POST /app/messages/off": app(Right.SETTINGS),
    "POST /app/messages/sending": app(Right.SETTINGS),
    "GET /app/messages/step/1": app(Right.SETTINGS),
    "POST /app/messages/step/1": app(Right.SETTINGS),
    "GET /app/messages/plan/all/ready": app(Right.SETTINGS),
    "POST /app/messages/plan/all/ready": app(Right.SETTINGS),
    "POST /app/messages/plan/all/ready/look": app(Right.SETTINGS),
    "POST /app/messages/plan/all/ready/switch": app(Right.SETTINGS),
    "POST /app/messages/scope/0": app(Right.SETTINGS),
    "POST /app/messages/scope/0/off": app(Right.SETTINGS),
    "POST /app/messages/try": app(Right.SETTINGS),
    "GET /app/messages/stops": app(Right.SETTINGS),
    "POST /app/messages/stops": app(Right.SETTINGS),
    "POST /app/messages/stops/{stop}/off": app(Right.SETTINGS),
    "POST /app/brand": app(Right.SETTINGS),
    "POST /app/brand/look": app(Right.SETTINGS),
    "POST /app/brand/logo": app(Right.SETTINGS),
    "POST /app/brand/logo/off": app(Right.SETTINGS),
    "GET /app/returns/report": app(Right.SETTINGS),
    "POST /app/returns/report/link": app(Right.SETTINGS),
    "GET /app/promises": app(Right.SETTINGS),
    "POST /app/promises/link": app(Right.SETTINGS),
    "GET /returns-report/nothing": link(),
    "GET /promises/nothing": link(),
    "GET /app/dashboard/figures": app(Right.SETTINGS),
    "POST /app/dashboard/link": app(Right.SETTINGS),
    "GET /dashboard/nothing": link(),
    "GET /app/costs": app(Right.SETTINGS),
    "POST /app/costs/read": app(Right.SETTINGS),
    "POST /app/costs/take": app(Right.SETTINGS),
    "GET /app/costs/bill/0": app(Right.SETTINGS),
    "POST /app/costs/line/0": app(Right.SETTINGS),
    "POST /app/fields/form": app(Right.SETTINGS),
    "POST /app/fields/reread": app(Right.SETTINGS),
    "POST /app/fields/link/own": app(Right.SETTINGS),
    "POST /app/rights": app(Right.SETTINGS),
    "POST /app/automation": app(Right.SETTINGS),
    "POST /app/automation/again": app(Right.SETTINGS),
    "GET /app/checks/version": app(Right.SETTINGS),
    "POST /app/checks/run": app(Right.SETTINGS),
    "POST /app/checks/ship/{deal}": app(Right.SETTINGS),
    "POST /app/checks/off/foreign/{order}": app(Right.SETTINGS),
    "GET /app/defaults/sections": app(Right.SETTINGS),
    "POST /app/defaults": app(Right.SETTINGS),
    "POST /app/defaults/section/7": app(Right.SETTINGS),
    "POST /app/trial": app(Right.SETTINGS),
    "GET /app/trial/result": app(Right.SETTINGS),
    "GET /app/trial/deals": app(Right.SETTINGS),
    "POST /app/trial/deals": app(Right.SETTINGS),
    "POST /app/trial/on/0": app(Right.SETTINGS),
    "GET /app/failed/intent/{job}/sent": app(Right.SETTINGS),
    "POST /app/failed/retry": app(Right.SETTINGS),
    "POST /app/failed/give-up": app(Right.SETTINGS),
    "POST /app/alarms": app(Right.SETTINGS),
    "GET /app/journal/rows": app(Right.SETTINGS),
    "GET /app/log/rows": app(Right.SETTINGS),
    "GET /app/log/call/{job}": app(Right.SETTINGS),
    "GET /app/support/link": app(Right.SETTINGS),
    "GET /download/nothing": link(),
    "GET /app/pipelines": app(Right.SETTINGS),
    "POST /app/pipeline/0": app(Right.SETTINGS),
    "GET /return/phones": back(Right.RETURNS),
    "POST /return/phones": back(Right.RETURNS),
    "GET /return/phones/{phone}": back(Right.RETURNS),
    "POST /return/phones/{phone}/off": back(Right.RETURNS),
    "GET /return/strays/nothing/photo/nothing": back(Right.RETURNS),
    "POST /return/strays/nothing/settled": back(Right.RETURNS),
    "GET /clerk/": opened(),
    "GET /clerk/sw.js": opened(),
    "GET /clerk/app.webmanifest": opened(),
    "GET /clerk/pair/nothing": link(),
    "POST /clerk/pair/nothing": link(),
    "GET /clerk/api/1/state": phone(),
    "GET /clerk/api/1/find": phone(),
    "GET /clerk/api/1/return/1": phone(),
    "POST /clerk/api/1/return/1/scans": phone(),
    "POST /clerk/api/1/return/1/photo/nothing": phone(),
    "GET /clerk/api/1/return/1/photo/nothing": phone(),
    "POST /clerk/api/1/return/1/finish": phone(),
    "POST /clerk/api/1/return/1/reopen": phone(),
    "POST /clerk/api/1/strays": phone(),
    "GET /clerk/api/1/stray/nothing": phone(),
    "POST /clerk/api/1/stray/nothing/leave": phone(),
    "POST /clerk/api/1/stray/nothing/photo/nothing": phone(),
    "POST /clerk/api/1/sign-off": phone(),
    "POST /install": frame(INSTALL, Right.SETTINGS),
    "GET /install/progress": installer(),
    "POST /install/again": installer(),
}

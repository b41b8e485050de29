"""Everything that leaves a row in the audit, and what its page filters by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Group(StrEnum):
    """What an act is about, as the page filters."""

    DEALS = "deals"
    SETTINGS = "settings"
    CARE = "care"
    APP = "app"


class Act(StrEnum):
    """Everything that leaves a row. Words: `audit.<act>` with `name` and `title`."""

    SHIP_NOW = "ship_now"
    RETRY = "retry"
    CANCEL = "cancel"
    REFRESH = "refresh"
    SHIPPED = "shipped"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    CHECKED_OFF = "checked_off"
    PRICE_CHANGED = "price_changed"
    PAPER_ASKED = "paper_asked"
    PAPER_OPENED = "paper_opened"
    DOCUMENT_OPENED = "document_opened"
    DOCUMENT_SENT = "document_sent"
    DOCUMENT_ADDED = "document_added"
    ADDRESS = "address"
    RATE = "rate"
    RATE_DROPPED = "rate_dropped"
    RATE_BOOKED = "rate_booked"
    CHANGE = "change"
    ANEW = "anew"
    STOP = "stop"
    COURIER = "courier"
    COURIER_OFF = "courier_off"
    HANDOVER = "handover"
    POINT = "point"
    PART = "part"
    REST = "rest"
    PARCELS = "parcels"
    PARCELS_DROPPED = "parcels_dropped"
    EXTRAS = "extras"
    EXTRAS_DROPPED = "extras_dropped"
    CATALOGUE = "catalogue"
    CLIENT_RETURN = "client_return"
    CLIENT_RETURN_OFF = "client_return_off"
    CLIENT_CHANGE = "client_change"
    CLIENT_STOP = "client_stop"
    CLIENT_AGAIN = "client_again"
    RETURN = "return"
    RETURN_PHOTO = "return_photo"
    RETURN_BEGUN = "return_begun"
    ROBOT = "robot"
    TOLD_AGAIN = "told_again"
    TOLD_REST = "told_rest"

    CONNECTION_ADDED = "connection_added"
    CONNECTION = "connection"
    CONNECTION_TEST = "connection_test"
    PAUSE = "pause"
    RESUME = "resume"
    CONNECTION_REMOVED = "connection_removed"
    ORIGIN_ADDED = "origin_added"
    ORIGIN = "origin"
    ORIGIN_DEFAULT = "origin_default"
    ORIGIN_REMOVE = "origin_remove"
    PIPELINE = "pipeline"
    PIPELINE_ON = "pipeline_on"
    PIPELINE_OFF = "pipeline_off"
    FIELDS = "fields"
    FIELD_OWN = "field_own"
    FIELD_NAME = "field_name"
    FIELD_KEEP = "field_keep"
    PAPERS = "papers"
    DELIVERY_ROW = "delivery_row"
    PRICE_RULES = "price_rules"
    DELIVERY_INVOICE = "delivery_invoice"
    RETURN_INVOICE = "return_invoice"
    CLIENT_PAGE = "client_page"
    SHOP = "shop"
    RETURNS_PROCESS = "returns_process"
    RETURNS_AGAIN = "returns_again"
    RETURN_RULES = "return_rules"
    RETURN_REPORT = "return_report"
    PROMISES = "promises"
    BRAND = "brand"
    MESSAGES = "messages"
    MESSAGES_ON = "messages_on"
    MESSAGES_OFF = "messages_off"
    MESSAGE_PLAN = "message_plan"
    MESSAGE_PIPELINE = "message_pipeline"
    MESSAGE_PIPELINE_OFF = "message_pipeline_off"
    MESSAGE_STOP = "message_stop"
    MESSAGE_ALLOW = "message_allow"
    DASHBOARD = "dashboard"
    CARRIER_BILL = "carrier_bill"
    DEFAULTS = "defaults"
    SECTION_DEFAULTS = "section_defaults"
    RULE_ADDED = "rule_added"
    RULE = "rule"
    RULE_UP = "rule_up"
    RULE_DOWN = "rule_down"
    RULE_ON = "rule_on"
    RULE_OFF = "rule_off"
    RULE_REMOVE = "rule_remove"
    RIGHTS = "rights"
    CLERK_OFFERED = "clerk_offered"
    CLERK_OFF = "clerk_off"
    STRAY_SETTLED = "stray_settled"
    ALARMS_ON = "alarms_on"
    ALARMS_OFF = "alarms_off"
    AUTOMATION = "automation"

    DESK_RETRY = "desk_retry"
    GIVE_UP = "give_up"
    RECONCILE = "reconcile"
    TRIAL = "trial"
    RULES_TRY = "rules_try"
    REREAD = "reread"
    UPDATE_AGAIN = "update_again"
    SUPPORT_BUNDLE = "support_bundle"

    INSTALL = "install"
    INSTALL_AGAIN = "install_again"
    REINSTALL = "reinstall"
    UNINSTALL = "uninstall"


_OF_DEALS = (
    Act.SHIP_NOW,
    Act.RETRY,
    Act.CANCEL,
    Act.REFRESH,
    Act.SHIPPED,
    Act.WITHDRAWN,
    Act.CORRECTED,
    Act.CHECKED_OFF,
    Act.PRICE_CHANGED,
    Act.PAPER_ASKED,
    Act.PAPER_OPENED,
    Act.DOCUMENT_OPENED,
    Act.DOCUMENT_SENT,
    Act.DOCUMENT_ADDED,
    Act.ADDRESS,
    Act.RATE,
    Act.RATE_DROPPED,
    Act.RATE_BOOKED,
    Act.PART,
    Act.REST,
    Act.CHANGE,
    Act.ANEW,
    Act.STOP,
    Act.COURIER,
    Act.COURIER_OFF,
    Act.HANDOVER,
    Act.POINT,
    Act.PARCELS,
    Act.PARCELS_DROPPED,
    Act.EXTRAS,
    Act.EXTRAS_DROPPED,
    Act.CATALOGUE,
    Act.CLIENT_RETURN,
    Act.CLIENT_RETURN_OFF,
    Act.CLIENT_CHANGE,
    Act.CLIENT_STOP,
    Act.CLIENT_AGAIN,
    Act.RETURN,
    Act.RETURN_PHOTO,
    Act.RETURN_BEGUN,
    Act.ROBOT,
    Act.TOLD_AGAIN,
    Act.TOLD_REST,
)
_OF_CARE = (
    Act.DESK_RETRY,
    Act.GIVE_UP,
    Act.RECONCILE,
    Act.TRIAL,
    Act.RULES_TRY,
    Act.REREAD,
    Act.RETURNS_AGAIN,
    Act.RETURN_REPORT,
    Act.PROMISES,
    Act.DASHBOARD,
    Act.CARRIER_BILL,
    Act.UPDATE_AGAIN,
    Act.SUPPORT_BUNDLE,
)
_OF_APP = (Act.INSTALL, Act.INSTALL_AGAIN, Act.REINSTALL, Act.UNINSTALL)
#: What is in none of the others is a setting.
ACTS: Mapping[Group, tuple[Act, ...]] = {
    Group.DEALS: _OF_DEALS,
    Group.SETTINGS: tuple(act for act in Act if act not in (*_OF_DEALS, *_OF_CARE, *_OF_APP)),
    Group.CARE: _OF_CARE,
    Group.APP: _OF_APP,
}

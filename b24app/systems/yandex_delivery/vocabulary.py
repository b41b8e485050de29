"""Yandex.Delivery's codes, words and units in ours (yandex-delivery.md §A5, §A8, §A12, §B5, §B8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status

OTHER_DAY, EXPRESS = "other_day", "express"
SERVICES: tuple[tuple[str, Mapping[str, str]], ...] = (
    (OTHER_DAY, {"ru": "В другой день", "en": "Other day"}),
    (EXPRESS, {"ru": "Экспресс", "en": "Express"}),
)

# --- platform statuses (§A8); None = an event that says nothing about where the parcel is -----------------------------

_BY_STATUS: dict[Status | None, str] = {
    Status.SUBMITTING: "DRAFT VALIDATING",
    Status.REJECTED: "VALIDATING_ERROR SORTING_CENTER_ERROR",
    Status.CREATED: """
        CREATED CREATED_IN_PLATFORM DELIVERY_PROCESSING_STARTED DELIVERY_TRACK_RECIEVED DELIVERY_TRACK_RECEIVED
        SORTING_CENTER_PROCESSING_STARTED SORTING_CENTER_TRACK_RECEIVED SORTING_CENTER_TRACK_LOADED DELIVERY_LOADED
        SORTING_CENTER_LOADED
    """,
    Status.ACCEPTED_AT_WAREHOUSE: "SORTING_CENTER_AT_START",
    Status.IN_TRANSIT: """
        SORTING_CENTER_PREPARED SORTING_CENTER_TRANSMITTED DELIVERY_AT_START DELIVERY_AT_START_SORT
        DELIVERY_TRANSPORTATION ON_THE_TRACK
    """,
    Status.OUT_FOR_DELIVERY: "DELIVERY_TRANSPORTATION_RECIPIENT",
    Status.READY_FOR_PICKUP: "DELIVERY_ARRIVED_PICKUP_POINT DELIVERY_STORAGE_PERIOD_EXTENDED",
    Status.DELIVERY_FAILED: "DELIVERY_ATTEMPT_FAILED DELIVERY_STORAGE_PERIOD_EXPIRED",
    Status.DELIVERED: """
        DELIVERY_TRANSMITTED_TO_RECIPIENT PARTICULARLY_DELIVERED DELIVERY_DELIVERED FINISHED DELIVERED_FINISH
    """,
    Status.CANCELLED: """
        CANCELLED CANCELED_IN_PLATFORM CANCELLED_IN_PLATFORM CANCELLED_BY_RECIPIENT CANCELLED_USER
        SORTING_CENTER_CANCELLED SORTING_CENTER_CANCELED
    """,
    Status.RETURNING: """
        RETURN_PREPARING SORTING_CENTER_RETURN_PREPARING RETURN_TRANSPORTATION_STARTED RETURN_ARRIVED_DELIVERY
        RETURN_TRANSMITTED_FULFILMENT SORTING_CENTER_RETURN_PREPARING_SENDER SORTING_CENTER_RETURN_ARRIVED
        RETURN_READY_FOR_PICKUP
    """,
    Status.RETURNED: "RETURN_RETURNED SORTING_CENTER_RETURN_RETURNED RETURNED_FINISH",
    Status.LOST: "LOST",
    None: """
        CONFIRMATION_CODE_RECEIVED DELIVERY_UPDATED_BY_SHOP DELIVERY_UPDATED_BY_RECIPIENT DELIVERY_UPDATED_BY_DELIVERY
        DELIVERY_TIME_INTERVALS_UPDATED DELIVERY_DATE_UPDATED_BY_SHOP DELIVERY_DATE_UPDATED_BY_DELIVERY UNEXPECTED
    """,
}
STATUSES: Mapping[str, Status | None] = {code: ours for ours, codes in _BY_STATUS.items() for code in codes.split()}

#: Reasons of a state; one list for cancellations and for moved deliveries (§A8).
REASONS: Mapping[str, Incident] = {
    "SHOP_CANCELLED": Incident.SENDER_REQUEST,
    "USER_CHANGED_MIND": Incident.REFUSED,
    "DELIVERY_PROBLEMS": Incident.OTHER,
    "ORDER_WAS_LOST": Incident.LOST,
    "ORDER_IS_DAMAGED": Incident.DAMAGED,
    "BROKEN_ITEM": Incident.DAMAGED,
    "EXTRA_RESCHEDULING": Incident.RESCHEDULED,
    "DIMENSIONS_EXCEEDED": Incident.WEIGHT_DIFFERS,
    "PICKUP_EXPIRED": Incident.STORAGE_EXPIRED,
    "LAST_MILE_CHANGED_BY_USER": Incident.REDIRECTED,
    "CLIENT_REQUEST": Incident.RESCHEDULED,
    "DELIVERY_DATE_UPDATED_BY_DELIVERY": Incident.RESCHEDULED,
    "DELIVERY_DATE_UPDATED_BY_SHOP": Incident.RESCHEDULED,
}
#: What a status says of itself, without a reason.
STATUS_INCIDENTS: Mapping[str, Incident] = {
    "PARTICULARLY_DELIVERED": Incident.PARTIAL,
    "DELIVERY_STORAGE_PERIOD_EXPIRED": Incident.STORAGE_EXPIRED,
    "DELIVERY_ATTEMPT_FAILED": Incident.OTHER,
}
#: Somebody has to fetch the parcel; until then the order is not over (§A8).
RETURN_WAITS = "RETURN_READY_FOR_PICKUP"

#: Where to look and who acts, by incident; anything else is the carrier's to solve.
INCIDENT_FIELDS: Mapping[Incident, tuple[Field, Who]] = {
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.WEIGHT_DIFFERS: (Field.WEIGHT, Who.MANAGER),
    Incident.STORAGE_EXPIRED: (Field.ORDER, Who.MANAGER),
    Incident.REDIRECTED: (Field.POINT, Who.MANAGER),
}
#: Told in the history only: nobody has to act.
QUIET = frozenset({Incident.PARTIAL, Incident.RESCHEDULED, Incident.SENDER_REQUEST, Incident.REDIRECTED})

# --- claim statuses (§B5) ---------------------------------------------------------------------------------------------

_BY_CLAIM: dict[Status, str] = {
    Status.SUBMITTING: "new estimating ready_for_approval",
    Status.CREATED: """
        accepted performer_lookup performer_draft performer_found pickup_arrived ready_for_pickup_confirmation
    """,
    Status.REJECTED: "estimating_failed performer_not_found failed",
    Status.IN_TRANSIT: "pickuped",
    Status.OUT_FOR_DELIVERY: "delivery_arrived ready_for_delivery_confirmation pay_waiting",
    Status.DELIVERED: "delivered delivered_finish",
    Status.RETURNING: "returning return_arrived ready_for_return_confirmation",
    Status.RETURNED: "returned returned_finish",
    Status.CANCELLED: "cancelled cancelled_with_payment cancelled_with_items_on_hands cancelled_by_taxi",
}
CLAIM_STATUSES: Mapping[str, Status] = {code: ours for ours, codes in _BY_CLAIM.items() for code in codes.split()}
#: Before a courier is ordered: nothing exists that could come twice.
UNACCEPTED = frozenset({"new", "estimating", "estimating_failed", "ready_for_approval"})
ESTIMATING = frozenset({"new", "estimating"})
#: A claim that the recipient's link is given for (§B6).
RIDING = frozenset(
    {
        "performer_found", "pickup_arrived", "ready_for_pickup_confirmation", "pickuped", "delivery_arrived",
        "ready_for_delivery_confirmation", "pay_waiting",
    }
)  # fmt: skip
#: Ends that the manager has to answer by another order: (their status, our problem).
CLAIM_ENDS: Mapping[str, str] = {
    "performer_not_found": "order_invalid",
    "failed": "order_invalid",
    "cancelled_by_taxi": "order_invalid",
    "cancelled_with_items_on_hands": "return_ready",
}
CLASSES = ("courier", "express", "cargo")
#: Orders of one bulk call: nobody says how many they take (§A7).
BATCH = 100

# --- what refusals mean (§A12, §B8) -----------------------------------------------------------------------------------

Meaning = tuple[str, Field, Who, str]
CODES: tuple[Meaning, ...] = (
    ("address_unknown", Field.ADDRESS, Who.MANAGER, "address_not_found address_too_far"),
    (
        "service_unavailable",
        Field.ADDRESS,
        Who.MANAGER,
        """address_outside_delivery_zone unknown_zone estimating.zone_unavailable estimating.cant_construct_route
        estimating.too_large_linear_size""",
    ),
    (
        "too_big_for_service",
        Field.SIZE,
        Who.MANAGER,
        """estimating.requirement_unavailable requirement_unavailable not_fit_in_car
        items_without_parameters_forbidden sdd_items_without_parameters_forbidden""",
    ),
    (
        "phone_refused",
        Field.PHONE,
        Who.MANAGER,
        """invalid_phone_incorrect_symbol invalid_phone_must_start_plus_symbol country_phone_code_not_supported
        invalid_phone_size_incorrect invalid_point_phone""",
    ),
    (
        "date_refused",
        Field.DATE,
        Who.MANAGER,
        "due_in_past delay_too_long invalid_delivery_interval invalid_time_intervals",
    ),
    ("declared_refused", Field.DECLARED, Who.MANAGER, "max_order_cost_exceeded"),
    (
        "cod_not_allowed",
        Field.COD,
        Who.MANAGER,
        """payment_on_delivery_disabled buyout_disabled payment_on_delivery_missed invalid_post_payment
        payment_on_delivery_invalid_request invalid_post_payment_payment_method invalid_buyout_payment_method""",
    ),
    ("account_contract", Field.ACCOUNT, Who.ADMIN, "required_tariffs_disabled_for_user"),
    ("refused", Field.ORDER, Who.CARRIER, "forbidden_by_antifake"),
    ("order_invalid", Field.ORDER, Who.CARRIER, "VALIDATING_ERROR"),
    ("order_foreign", Field.ORDER, Who.ADMIN, "customer_order_not_found"),
    ("extra_refused", Field.SERVICE, Who.ADMIN, "too_many_loaders sdd_client_requirements_forbidden"),
    (
        "bad_request",
        Field.NONE,
        Who.WAYBILL,
        """estimating.swapped_coordinates validation_error unsupported_points_count item_source_point_not_found
        item_destination_point_not_found invalid_destination_point external_order_id_not_allowed
        invalid_buyout_point_type invalid_source_point invalid_item_destination_point invalid_item_source_point
        different_cost_currencies no_input_point custom_context_in_bad_format wrong_pickup_code_format
        wrong_pickup_code_usage""",
    ),
    ("system_error", Field.NONE, Who.CARRIER, "unknown_error"),
)
#: Texts: the platform's codes say little. The Cyrillic letter is theirs; both editions of the page are matched.
TEXTS: tuple[Meaning, ...] = (
    ("number_taken", Field.NUMBER, Who.WAYBILL, "already was request with such code"),
    ("address_unknown", Field.ADDRESS, Who.MANAGER, "required address details|cannot parse destination info"),
    ("sender_point_unknown", Field.SENDER, Who.ADMIN, "not found station by|can.?t get station id"),
    ("point_closed", Field.POINT, Who.MANAGER, "destination station is disabled"),
    ("point_no_cod", Field.POINT, Who.MANAGER, "doesn.?t accept payment on delivery"),
    ("point_cannot", Field.POINT, Who.MANAGER, "doesn.?t accept prepaid orders"),
    ("cod_not_allowed", Field.COD, Who.MANAGER, "payment on delivery option is not available"),
    ("extra_refused", Field.SERVICE, Who.ADMIN, "items refuse is not allowed|fitting of items is not available"),
    ("dropoff_refused", Field.SENDER, Who.ADMIN, "no dropoff available"),
    ("too_big_for_service", Field.SIZE, Who.MANAGER, "dimensions should not exceed"),
    ("service_unavailable", Field.SERVICE, Who.MANAGER, "no_delivery_options|no delivery options"),
    ("date_refused", Field.DATE, Who.MANAGER, "delivery window|interval_utc"),
    ("rows_refused", Field.ITEMS, Who.MANAGER, "articles must be unique|items with no place|place with no items"),
    ("declared_refused", Field.DECLARED, Who.MANAGER, "inconsistency billing"),
    ("vat_refused", Field.ACCOUNT, Who.ADMIN, r"\.nds\b"),
    ("phone_refused", Field.PHONE, Who.MANAGER, r"recipient_info\.phone"),
    ("name_refused", Field.NAME, Who.MANAGER, r"recipient_info\.(?:first|last)_name"),
    ("too_late_to_change", Field.ORDER, Who.MANAGER, "edit_not_available|editing is not available"),
    ("too_late_to_cancel", Field.ORDER, Who.MANAGER, "cancel_not_available|free_cancel_is_unavailable"),
    ("order_unknown", Field.ORDER, Who.ADMIN, "order with id .* not found|claim not found"),
    ("bad_request", Field.NONE, Who.WAYBILL, "missing required field|^bad_request|parse error"),
)
WARNINGS: tuple[Meaning, ...] = (
    ("address_unknown", Field.ADDRESS, Who.MANAGER, "address_not_found address_too_far"),
    ("too_big_for_service", Field.SIZE, Who.MANAGER, "not_fit_in_car"),
    ("extra_refused", Field.SERVICE, Who.ADMIN, "requirement_unavailable"),
)
#: The number is taken by this order: found by its text (§A12).
TAKEN_BY = re.compile(r"already was request with such code.*request_id\s+(\S+)", re.IGNORECASE | re.DOTALL)
#: An offer that cannot be confirmed any more: nothing was made of it.
OFFER_OVER = re.compile(r"offer.{0,40}(?:expired|not[_ ]found|already[_ ]used|stale)", re.IGNORECASE)
#: A door order wants its window named (§A6, both forms are handled).
WANTS_WINDOW = re.compile(r"destination\.interval", re.IGNORECASE)
NOT_READY = re.compile(r"not ready|not_ready", re.IGNORECASE)

# --- units ------------------------------------------------------------------------------------------------------------

_PRICE = re.compile(r"\s*(\d[\d\s]*(?:[.,]\d+)?)\s*([A-Za-z]{3})\s*")
#: What an order may have beside carrying, as their fields say it (§A6); and what cannot be had of it at a door (§A12).
EXTRAS: Mapping[str, str] = {Extra.FITTING: "fitting", Extra.PARTIAL: "particular_items_refuse"}
AT_POINTS: Mapping[str, str] = {Extra.FITTING: "no_extra_fitting_door", Extra.PARTIAL: "no_extra_partial_door"}

_FLAT = re.compile(r"[,\s]+(?:кв|квартира|оф|офис|пом|помещение|apt|flat)(?:\.\s*|\s+)№?\s*([\w/-]+)", re.IGNORECASE)


def price_of(text: Any) -> Money | None:
    """`"318.4 RUB"`: whole units with a point, any number of decimals. None when it is none."""
    found = _PRICE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    number = "".join(found[1].split()).replace(",", ".")
    return Money.of(number, found[2].upper())


def rubles(minor: int) -> str:
    """`"350.00"`: what the express API takes and its pattern allows (§0)."""
    return f"{minor // 100}.{minor % 100:02d}"


def house_and_flat(text: str) -> tuple[str, str]:
    """`(City, street, house; flat)`: they want the flat in a field of its own (§A6). The rest stays as typed."""
    found = _FLAT.search(text)
    if found is None:
        return text.strip(), ""
    return (text[: found.start()] + text[found.end() :]).strip(" ,"), found[1]

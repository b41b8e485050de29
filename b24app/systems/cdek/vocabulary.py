"""CDEK's codes in our words: statuses, reasons, delivery problems, tariffs, errors and warnings (cdek.md §5.5, §7, §11,
§16). Long because it is nothing but tables: whoever holds a code of theirs looks here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.extras import Extra
from b24app.logistics.order import Decision
from b24app.logistics.papers import PaperForm, PaperKind, PaperStage
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit import forms
from b24app.systems.plugin import SettingField

#: Services of an order beside its tariff (§8), by what we call them.
EXTRAS: Mapping[str, str] = {
    Extra.FITTING: "TRYING_ON",
    Extra.PARTIAL: "PART_DELIV",
    Extra.SMS: "NOTIFY_ORDER_DELIVERY",
}

# --- statuses (§11.1): both the webhook's and the GET's spelling ------------------------------------------------------

_BY_STATUS: dict[Status, str] = {
    Status.SUBMITTING: "ACCEPTED",
    Status.CREATED: "CREATED",
    Status.CANCELLED: "REMOVED",
    Status.REJECTED: "INVALID",
    Status.ACCEPTED_AT_WAREHOUSE: "RECEIVED_AT_SHIPMENT_WAREHOUSE RECEIVED_AT_SENDER_WAREHOUSE",
    Status.IN_TRANSIT: """
        READY_TO_SHIP_AT_SENDING_OFFICE READY_FOR_SHIPMENT_IN_SENDER_CITY READY_FOR_SHIPMENT_IN_TRANSIT_CITY
        RETURNED_TO_SENDER_CITY_WAREHOUSE PASSED_TO_CARRIER_AT_SENDING_OFFICE TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY
        SEND_TO_TRANSIT_OFFICE SENT_TO_TRANSIT_CITY MET_AT_TRANSIT_OFFICE ACCEPTED_IN_TRANSIT_CITY
        ACCEPTED_AT_TRANSIT_WAREHOUSE RETURNED_TO_TRANSIT_WAREHOUSE READY_TO_SHIP_IN_TRANSIT_OFFICE
        PASSED_TO_CARRIER_AT_TRANSIT_OFFICE TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY SENT_TO_SENDER_CITY
        MET_AT_SENDING_OFFICE ACCEPTED_IN_SENDER_CITY SENT_TO_RECIPIENT_CITY MET_AT_RECIPIENT_OFFICE
        ACCEPTED_IN_RECIPIENT_CITY ARRIVED_AT_RECIPIENT_CITY ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE
        ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE ENTERED_TO_TRANSIT_WAREHOUSE ENTERED_TO_DELIVERY_WAREHOUSE
        ENTERED_TO_RECIPIENT_CITY_WAREHOUSE ENTERED_TO_WAREHOUSE_ON_DEMAND ENTERED_TO_PICK_UP_POINT
        IN_CUSTOMS_INTERNATIONAL SHIPPED_TO_DESTINATION PASSED_TO_TRANSIT_CARRIER IN_CUSTOMS_LOCAL CUSTOMS_COMPLETE
    """,
    Status.READY_FOR_PICKUP: "ACCEPTED_AT_PICK_UP_POINT POSTOMAT_POSTED",
    Status.OUT_FOR_DELIVERY: "TAKEN_BY_COURIER",
    Status.DELIVERY_FAILED: "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE",
    Status.DELIVERED: "DELIVERED POSTOMAT_RECEIVED",
    Status.RETURNING: "NOT_DELIVERED POSTOMAT_SEIZED",
}
STATUSES: Mapping[str, Status] = {code: status for status, codes in _BY_STATUS.items() for code in codes.split()}

LOST_REASON, DISPOSED_REASON, PARTIAL_REASON = "26", "27", "20"


def status_of(code: str, reason: str = "", back: bool = False) -> Status:
    """Ours for a status code. `back`: the code is of a return order, whose delivery is our return."""
    status = STATUSES.get(code, Status.UNKNOWN)
    if status in (Status.RETURNING, Status.DELIVERED) and reason in (LOST_REASON, DISPOSED_REASON):
        return Status.LOST
    if not back or status in (Status.UNKNOWN, Status.LOST):
        return status
    return Status.RETURNED if status is Status.DELIVERED else Status.RETURNING


# --- reasons (§11.2) and delivery problems (§11.4) --------------------------------------------------------------------

_REASON_GROUPS: dict[Incident, str] = {
    Incident.WRONG_ADDRESS: "1 3",
    Incident.NO_ANSWER: "2",
    Incident.WEIGHT_DIFFERS: "4",
    Incident.MISSING_GOODS: "5 13 33",
    Incident.OTHER: "6",
    Incident.NOT_SERVED: "7",
    Incident.DAMAGED: "8 9 10 19",
    Incident.REFUSED: "11 12 14 15 16 17 18 22",
    Incident.PARTIAL: "20",
    Incident.NO_MONEY: "21",
    Incident.STORAGE_EXPIRED: "23 34",
    Incident.CUSTOMS: "24 25",
    Incident.LOST: "26",
    Incident.DISPOSED: "27",
    Incident.SENDER_REQUEST: "31 32",
}
REASONS: Mapping[str, Incident] = {
    code: incident for incident, codes in _REASON_GROUPS.items() for code in codes.split()
}

_PROBLEM_GROUPS: dict[Incident, str] = {
    Incident.WRONG_PHONE: "1",
    Incident.NOT_READY: "9",
    Incident.NO_MONEY: "11",
    Incident.NO_ANSWER: "13",
    Incident.ACCESS: "17 42 43 44 45",
    Incident.WRONG_ADDRESS: "19 46 47 48",
    Incident.CARRIER_LATE: "35",
    Incident.REDIRECTED: "36 56",
    Incident.POINT: "37 38 39 54 57",
    Incident.REFUSED: "40 41 52",
    Incident.DAMAGED: "49",
    Incident.RESCHEDULED: "53",
    Incident.LOST: "55",
}
DELIVERY_PROBLEMS: Mapping[str, Incident] = {
    code: incident for incident, codes in _PROBLEM_GROUPS.items() for code in codes.split()
}

#: Where to look and who acts, by incident; anything else is the carrier's to solve.
INCIDENT_FIELDS: Mapping[Incident, tuple[Field, Who]] = {
    Incident.WRONG_ADDRESS: (Field.ADDRESS, Who.MANAGER),
    Incident.WRONG_PHONE: (Field.PHONE, Who.MANAGER),
    Incident.NO_ANSWER: (Field.PHONE, Who.MANAGER),
    Incident.ACCESS: (Field.ADDRESS, Who.MANAGER),
    Incident.WEIGHT_DIFFERS: (Field.WEIGHT, Who.MANAGER),
    Incident.MISSING_GOODS: (Field.ITEMS, Who.MANAGER),
    Incident.NOT_SERVED: (Field.SERVICE, Who.MANAGER),
    Incident.NOT_READY: (Field.ITEMS, Who.MANAGER),
    Incident.NO_MONEY: (Field.COD, Who.MANAGER),
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.STORAGE_EXPIRED: (Field.ORDER, Who.MANAGER),
    Incident.POINT: (Field.POINT, Who.MANAGER),
    Incident.REDIRECTED: (Field.POINT, Who.MANAGER),
}
#: Told in the history only: nobody has to act.
QUIET_INCIDENTS = frozenset({Incident.PARTIAL, Incident.RESCHEDULED, Incident.SENDER_REQUEST})

# --- tariffs (§7): door D, office W, locker P -------------------------------------------------------------------------

FAMILIES: Mapping[str, Mapping[str, int]] = {
    "parcel": {"DD": 139, "DW": 138, "WD": 137, "WW": 136, "DP": 366, "WP": 368},
    "economy": {"DD": 231, "DW": 232, "WD": 233, "WW": 234, "WP": 378},
    "express": {"DD": 480, "DW": 481, "WD": 482, "WW": 483, "DP": 485, "WP": 486},
    "trunk": {"DD": 121, "DW": 123, "WD": 122, "WW": 62},
}
#: Families that only an online-shop contract may use.
SHOP_ONLY = frozenset({"parcel", "economy"})
TARIFF_MODES: Mapping[int, str] = {code: mode for family in FAMILIES.values() for mode, code in family.items()}

FAMILY_TITLES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("parcel", {"ru": "Посылка", "en": "Parcel"}),
    ("economy", {"ru": "Экономичная посылка", "en": "Economy parcel"}),
    ("express", {"ru": "Экспресс", "en": "Express"}),
    ("trunk", {"ru": "Магистральный экспресс", "en": "Trunk express"}),
)

TRACKING_URL = "https://www.cdek.ru/ru/tracking?order_id={}"

# --- errors and warnings (§16): our problem, its field, who can fix it, and the codes that mean it --------------------

Row = tuple[str, Field, Who, str]
_M, _A, _C, _W = Who.MANAGER, Who.ADMIN, Who.CARRIER, Who.WAYBILL

ERRORS: tuple[Row, ...] = (
    ("system_error", Field.NONE, _C, "v2_internal_error"),
    (
        "bad_request",
        Field.NONE,
        _W,
        """v2_bad_request v2_parameters_empty v2_invalid_value_type v2_required_param_empty v2_order_number_empty
        v2_wrong_interval v2_exceeded_size jv_the_number_of_orders_at_the_request_of_more_than_1000
        v2_package_id_is_empty v2_webhook_type_incorrect""",
    ),
    ("field_empty", Field.NONE, _M, "v2_field_is_empty"),
    ("field_invalid", Field.NONE, _M, "v2_invalid_format"),
    (
        "order_unknown",
        Field.ORDER,
        _M,
        "v2_entity_not_found v2_entity_not_found_im_number v2_order_not_found v2_entity_empty orders_number_is_empty",
    ),
    ("order_foreign", Field.ACCOUNT, _A, "v2_entity_forbidden v2_order_forbidden"),
    ("order_invalid", Field.ORDER, _M, "v2_entity_invalid"),
    ("order_not_ready", Field.ORDER, _C, "v2_entity_not_ready v2_similar_request_still_processed"),
    (
        "too_late_to_change",
        Field.ORDER,
        _M,
        "v2_update_forbidden v2_entity_has_final_status v2_city_can_not_be_changed",
    ),
    ("paper_expired", Field.ORDER, _M, "v2_entity_expired v2_print_form_expired"),
    (
        "sender_address_twice",
        Field.SENDER,
        _A,
        "v2_shipment_address_multivalued",
    ),
    ("address_and_point", Field.ADDRESS, _M, "v2_delivery_address_multivalued"),
    ("sender_missing", Field.SENDER, _A, "v2_order_location_from_and_shipment_point_empty"),
    ("destination_missing", Field.ADDRESS, _M, "v2_order_location_to_and_delivery_point_empty"),
    (
        "sender_city_unknown",
        Field.SENDER,
        _A,
        "v2_sender_location_not_recognized shipment_location_is_not_recognized",
    ),
    ("city_unknown", Field.ADDRESS, _M, "v2_recipient_location_not_recognized delivery_location_is_not_recognized"),
    ("point_unknown", Field.POINT, _M, "code_invalid"),
    (
        "point_missing",
        Field.POINT,
        _M,
        "error_validate_receiver_delivery_point_is_empty ve_receiver_pickup_point_empty",
    ),
    ("point_wrong_city", Field.POINT, _M, "ve_receiver_pickup_point_wrong_city"),
    (
        "point_cannot",
        Field.POINT,
        _M,
        """ve_receiver_pickup_point_incorrect ve_receiver_pickup_point_take_only err_pvz_with_tariff_mistake
        error_validate_postamat_pvz_not_postamat""",
    ),
    (
        "point_weight",
        Field.POINT,
        _M,
        """error_validate_receiver_delivery_point_calc_weight_small
        error_validate_receiver_delivery_point_calc_weight_large err_pvz_weight_limit
        error_validate_postamat_package_weight""",
    ),
    (
        "point_one_parcel",
        Field.POINT,
        _M,
        "error_validate_postamat_package_count error_validate_package_count_to_pochtomat",
    ),
    (
        "phone_refused",
        Field.PHONE,
        _M,
        "ve_receiver_phone_type_incorrect error_validate_receiver_phone_number_incorrect",
    ),
    ("sender_phone", Field.SENDER, _A, "ve_sender_phone_type_incorrect error_validate_sender_phone_number_incorrect"),
    (
        "name_refused",
        Field.NAME,
        _M,
        "error_validate_receiver_name_incorrect_symbol error_validate_receiver_name_only_digits",
    ),
    (
        "sender_name",
        Field.SENDER,
        _A,
        "error_validate_sender_name_incorrect_symbol error_validate_sender_name_only_digits",
    ),
    (
        "weight_refused",
        Field.WEIGHT,
        _M,
        "ve_package_weight_too_small error_validate_good_gros_weight_less_than_net_weight",
    ),
    ("size_refused", Field.SIZE, _M, "error_validate_package_one_of_size_is_zero"),
    ("too_big_for_service", Field.WEIGHT, _M, "err_invalid_tariff_with_dimentions"),
    (
        "service_unavailable",
        Field.SERVICE,
        _M,
        """err_result_service_empty err_result_servicelist_empty error_calculator_calculate
        error_validate_tariff_not_supported_for_this_direction""",
    ),
    (
        "service_wrong",
        Field.SERVICE,
        _A,
        """err_invalid_tariff_with_ordertype err_invalid_tariff_with_datetimeordersend v2_outdated_tariff
        v2_invalid_tariff""",
    ),
    (
        "number_taken",
        Field.NUMBER,
        _W,
        """error_validate_im_dep_number_has_already_had_integration
        error_validate_online_shop_number_departure_is_not_unique""",
    ),
    (
        "rows_refused",
        Field.ITEMS,
        _W,
        """error_validate_package_number_not_unique error_validate_package_number_has_alreasy_used
        error_validate_good_article_is_not_unique error_validate_package_article_not_unique
        error_validate_good_article_has_already""",
    ),
    (
        "too_many_items",
        Field.ITEMS,
        _M,
        """v2_number_items_is_more_126 error_validate_package_im_wrong_amount
        error_validate_total_good_count_not_in_range""",
    ),
    ("items_missing", Field.ITEMS, _M, "error_validate_package_im_without_goods error_validate_good_payment_absent"),
    ("cod_not_allowed", Field.COD, _M, "error_validate_good_payment_not_suite"),
    (
        "cod_limit",
        Field.COD,
        _M,
        """error_validate_receiver_city_cash_limit
        error_validate_method_of_payment_receiver_city_limit_payment_exceeded""",
    ),
    ("vat_refused", Field.COD, _A, "error_internal_cannot_set_vat"),
    (
        "currency_refused",
        Field.COD,
        _A,
        "error_validate_declare_cost_currency_not_equals_payer_currency",
    ),
    (
        "marking_refused",
        Field.ITEMS,
        _M,
        """v2_order_item_amount_incorrect error_validate_good_label_count_is_over_limit
        error_validate_goods_label_count_is_over_limit error_validate_good_invalid_label""",
    ),
    (
        "extra_refused",
        Field.SERVICE,
        _A,
        """ve_as_forbidden ve_additional_service_unavailable v2_unable_add_service
        error_validate_delivery_detail_postamat_part_delivery""",
    ),
    (
        "declared_refused",
        Field.DECLARED,
        _M,
        """ve_as_insurance_min_declared_cost error_validate_declared_cost_of_insurance_not_eq_to_dc_of_goods
        error_validate_additional_service_param_declared_cost_is_does_not_match_with_goods""",
    ),
    (
        "account_contract",
        Field.ACCOUNT,
        _A,
        "ve_payer_contract_status_incorrect ve_contract_with_id_not_exists",
    ),
    ("account_refused", Field.ACCOUNT, _A, "v2_token_expired v2_authorization_incorrect unauthorized invalid_client"),
    (
        "date_refused",
        Field.DATE,
        _M,
        """error_validate_dd_date_delivery_before_order_date ve_delivery_time_empty v2_impossible_register_date
        v2_late_intake""",
    ),
    ("prealert_refused", Field.ORDER, _A, "pa_02 pa_11 pa_17"),
    (
        "pickup_refused",
        Field.DATE,
        _M,
        """error_validate_courier_invitation_time_expired error_validate_build_ci_from_order
        ve_tariff_mode_not_from_door ve_tariff_mode_warehouse_unavailable v2_intake_exists_by_order
        v2_intake_exists_by_date_address""",
    ),
    (
        "reverse_refused",
        Field.SERVICE,
        _M,
        "ve_reverse_tariff_not_available ie_reverse_mode_not_supported error_internal_reverse_overweight",
    ),
)

#: Families of codes that the contract lists with a star, tried in this order after the exact ones.
ERROR_FAMILIES: tuple[Row, ...] = (
    ("point_cannot", Field.POINT, _M, r"^the pick-up point doesn't meet the requirements"),
    ("vat_refused", Field.COD, _A, r"^error_validate_good_vat_|^error_dsd_validate_vat_"),
    ("vat_refused", Field.COD, _A, r"^error_validate_online_shop_price_threshold_"),
    ("currency_refused", Field.COD, _A, r"^error_validate_order_cash_on_delivery_currency_"),
    ("currency_refused", Field.COD, _A, r"^ve_currency_not_corresponds_"),
    ("international_data", Field.ITEMS, _M, r"^error_validate_international_.*_is_required"),
    ("too_late_to_cancel", Field.ORDER, _M, r"^error_validate_order_delete_"),
    ("reverse_refused", Field.SERVICE, _M, r"^ve_as_reverse_"),
    ("extra_refused", Field.SERVICE, _A, r"^error_validate_additional_service_param_"),
    ("extra_refused", Field.SERVICE, _A, r"^ve_as_|^ve_calc_as_|^err_addservice_"),
    ("pickup_refused", Field.DATE, _M, r"^ve_ci_"),
)

#: Warnings (§16.2): the order lives, but the manager must know.
WARNINGS: tuple[Row, ...] = (
    ("point_changed", Field.POINT, _M, "v2_delivery_point_changed"),
    ("sender_point_changed", Field.SENDER, _A, "v2_shipment_point_changed"),
    (
        "cost_changed",
        Field.SERVICE,
        _M,
        """v2_cost_change_by_tariff v2_cost_change_by_services v2_cost_change_by_location
        v2_cost_change_by_parameters""",
    ),
    ("email_ignored", Field.EMAIL, _A, "v2_sender_email_ignored"),
    ("email_ignored", Field.EMAIL, _M, "v2_recipient_email_ignored"),
    ("date_refused", Field.DATE, _M, "v2_late_intake"),
)

#: A path of their body (in `v2_field_is_empty`, `v2_invalid_format`) and the field it comes from.
PLACES: tuple[Row, ...] = (
    ("", Field.PHONE, _M, r"recipient.*phone"),
    ("", Field.EMAIL, _M, r"recipient.*email"),
    ("", Field.NAME, _M, r"recipient"),
    ("", Field.POINT, _M, r"delivery_point"),
    ("", Field.ADDRESS, _M, r"to_location"),
    ("", Field.SENDER, _A, r"from_location|shipment_point|sender|seller"),
    ("", Field.WEIGHT, _M, r"weight"),
    ("", Field.SIZE, _M, r"length|width|height"),
    ("", Field.COD, _M, r"payment|delivery_recipient_cost|vat"),
    ("", Field.DECLARED, _M, r"cost"),
    ("", Field.ITEMS, _M, r"packages|items|ware_key|amount"),
    ("", Field.SERVICE, _A, r"tariff|services"),
    ("", Field.NUMBER, _W, r"number"),
    ("", Field.ORDER, _W, r"uuid"),
    ("", Field.DATE, _M, r"date|time"),
)

# --- what people are offered ------------------------------------------------------------------------------------------

SETTINGS = (
    SettingField(
        "account",
        {"ru": "Account (идентификатор)", "en": "Account"},
        required=True,
        help={
            "ru": "Кабинет СДЭК → Интеграция → Ключи доступа",
            "en": "CDEK's cabinet → Integration → Access keys",
        },
    ),
    SettingField("secret", {"ru": "Secure password", "en": "Secure password"}, kind="secret", required=True),
    SettingField(
        "contract",
        {"ru": "Договор", "en": "Contract"},
        kind="choice",
        required=True,
        choices=(
            ("1", {"ru": "Интернет-магазин", "en": "Online shop"}),
            ("2", {"ru": "Доставка", "en": "Delivery"}),
        ),
        default="1",
    ),
    SettingField(
        "shipment_point",
        {"ru": "Офис, куда сдаёте посылки", "en": "Office where you hand parcels in"},
        help={
            "ru": "Код офиса, например MSK5. Пусто — курьер забирает по адресу",
            "en": "Its code, e.g. MSK5. Empty: a courier collects from the address",
        },
    ),
    *forms.SENDER,
    forms.vat((0, 5, 7, 10, 22)),
)

LIMITS: Mapping[str, Any] = {
    # §7: those of the parcel services; the express ones state none.
    "service_weight_g": {"parcel": 50_000, "economy": 50_000},
    # §6.1: from this weight on a package needs its three sides.
    "size_from_g": 100,
    # §16.3: their numbers pass for a recipient of whichever country.
    "phone_countries": ("RU", "KZ", "CN", "MY"),
    "locker_max_weight_g": 15_000,
    "max_parcels": 255,
    "max_items": 126,
    "max_number": 40,
    "address": 255,
    # How long a created order may stay invisible to the look-up by its number.
    "visible_after_s": 10,
    # §9: hours and days ahead of a courier who collects; nobody is sent for what is handed in at an office.
    "courier_hours": ("09:00", "22:00"),
    "courier_days": 31,
    "hands_in_by": "shipment_point",
}

_BEFORE = (Status.CREATED,)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
#: The contract states a price for two of them only: DELETE is free, a refusal is charged. A new destination may change
#: the price (warnings `v2_cost_change_by_*`). After it moved it stays within the same city (§10).
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, Way.HERE, Cost.UNKNOWN),
    ChangeRule(Part.RECIPIENT, _MOVED, Way.NO),
    ChangeRule(Part.DESTINATION, _BEFORE, Way.HERE, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVED, Way.HERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _BEFORE, Way.HERE, Cost.UNKNOWN),
    ChangeRule(Part.COMMENT, _MOVED, Way.NO),
    ChangeRule(Part.COD, _BEFORE, Way.ANEW, Cost.FREE),
    ChangeRule(Part.COD, _MOVED, Way.NO),
    ChangeRule(Part.PARCELS, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVED, Way.NO),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, Way.HERE, Cost.PAID),
    # §10: an agreement with the recipient; whether it costs anything CDEK does not say.
    ChangeRule(Part.DAY, (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.DELIVERY_FAILED), Way.HERE),
)

WAYBILL = "waybill"
#: A label of each place; two copies of the waybill: one stays with us, one goes with the parcel (§12, its default).
FORMS = (
    PaperForm(WAYBILL, PaperKind.WAYBILL, "A4", first=True),
    PaperForm("label_a6", PaperKind.LABEL, "A6", first=True),
    PaperForm("label_a4", PaperKind.LABEL, "A4", first=True),
    PaperForm("label_a5", PaperKind.LABEL, "A5"),
    PaperForm("label_a7", PaperKind.LABEL, "A7"),
)
PAPER_SIZES = {form.code: form.size for form in FORMS}
#: `READY` and `REMOVED` are of the file, `INVALID` of the request for it.
PAPER_STAGES = {
    "ACCEPTED": PaperStage.PREPARING,
    "PROCESSING": PaperStage.PREPARING,
    "READY": PaperStage.READY,
    "REMOVED": PaperStage.GONE,
    "INVALID": PaperStage.REFUSED,
}

#: States of a delivery agreement (§10); any other is still being decided.
AGREEMENTS = {"PROCESSING": Decision.ACCEPTED, "INVALID": Decision.REFUSED, "CANCEL": Decision.REFUSED}

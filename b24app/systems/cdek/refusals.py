"""Every error and warning code of CDEK (cdek.md §16) as (our problem, field, who can fix it)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.logistics.problem import Field, Who

Meaning = tuple[str, Field, Who]
_M, _A, _C, _W = Who.MANAGER, Who.ADMIN, Who.CARRIER, Who.WAYBILL

#: our problem, field, who, and the codes that mean it. Codes are compared in lower case.
_TABLE: tuple[tuple[str, Field, Who, str], ...] = (
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

_EXACT: Mapping[str, Meaning] = {
    code: (ours, field, who) for ours, field, who, codes in _TABLE for code in codes.split()
}

#: Families of codes that the contract lists with a star, tried in this order after the exact ones.
_FAMILIES: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"the pick-up point doesn't meet the requirements", ("point_cannot", Field.POINT, _M)),
        (r"error_validate_good_vat_|error_dsd_validate_vat_", ("vat_refused", Field.COD, _A)),
        (r"error_validate_online_shop_price_threshold_", ("vat_refused", Field.COD, _A)),
        (r"error_validate_order_cash_on_delivery_currency_", ("currency_refused", Field.COD, _A)),
        (r"ve_currency_not_corresponds_", ("currency_refused", Field.COD, _A)),
        (r"error_validate_international_.*_is_required", ("international_data", Field.ITEMS, _M)),
        (r"error_validate_order_delete_", ("too_late_to_cancel", Field.ORDER, _M)),
        (r"ve_as_reverse_", ("reverse_refused", Field.SERVICE, _M)),
        (r"error_validate_additional_service_param_", ("extra_refused", Field.SERVICE, _A)),
        (r"ve_as_|ve_calc_as_|err_addservice_", ("extra_refused", Field.SERVICE, _A)),
        (r"ve_ci_", ("pickup_refused", Field.DATE, _M)),
    )
)

#: Warnings (§16.2): the order lives, but the manager must know.
_WARNINGS: Mapping[str, Meaning] = {
    "v2_delivery_point_changed": ("point_changed", Field.POINT, _M),
    "v2_shipment_point_changed": ("sender_point_changed", Field.SENDER, _A),
    "v2_cost_change_by_tariff": ("cost_changed", Field.SERVICE, _M),
    "v2_cost_change_by_services": ("cost_changed", Field.SERVICE, _M),
    "v2_cost_change_by_location": ("cost_changed", Field.SERVICE, _M),
    "v2_cost_change_by_parameters": ("cost_changed", Field.SERVICE, _M),
    "v2_sender_email_ignored": ("email_ignored", Field.EMAIL, _A),
    "v2_recipient_email_ignored": ("email_ignored", Field.EMAIL, _M),
    "v2_late_intake": ("date_refused", Field.DATE, _M),
}

UNKNOWN: Meaning = ("refused_unknown", Field.ORDER, _A)
UNKNOWN_WARNING: Meaning = ("warning_unknown", Field.ORDER, _A)

#: A path of their body (in `v2_field_is_empty`, `v2_invalid_format`) and the field it comes from.
_PATHS: tuple[tuple[re.Pattern[str], Field, Who], ...] = tuple(
    (re.compile(pattern), field, who)
    for pattern, field, who in (
        (r"recipient.*phone", Field.PHONE, _M),
        (r"recipient.*email", Field.EMAIL, _M),
        (r"recipient", Field.NAME, _M),
        (r"delivery_point", Field.POINT, _M),
        (r"to_location", Field.ADDRESS, _M),
        (r"from_location|shipment_point|sender|seller", Field.SENDER, _A),
        (r"weight", Field.WEIGHT, _M),
        (r"length|width|height", Field.SIZE, _M),
        (r"payment|delivery_recipient_cost|vat", Field.COD, _M),
        (r"cost", Field.DECLARED, _M),
        (r"packages|items|ware_key|amount", Field.ITEMS, _M),
        (r"tariff|services", Field.SERVICE, _A),
        (r"number", Field.NUMBER, _W),
        (r"uuid", Field.ORDER, _W),
        (r"date|time", Field.DATE, _M),
    )
)


def meaning_of(code: str) -> Meaning:
    """Ours for an error code; `UNKNOWN` for one that the contract does not list."""
    plain = code.strip().lower()
    if plain in _EXACT:
        return _EXACT[plain]
    return next((meaning for pattern, meaning in _FAMILIES if pattern.match(plain)), UNKNOWN)


def warning_meaning_of(code: str) -> Meaning:
    return _WARNINGS.get(code.strip().lower(), UNKNOWN_WARNING)


def field_of_path(text: str) -> tuple[Field, Who] | None:
    """Which of our fields a message such as `[to_location.address] is empty` speaks of."""
    return next(((field, who) for pattern, field, who in _PATHS if pattern.search(text.lower())), None)

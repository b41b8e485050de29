"""Codes and words of CDEK's refusals, and the envelopes they travel in (contract §2.2, §16)."""

from __future__ import annotations

import zlib
from typing import Any, Literal

Envelope = Literal["request", "bare"]

# Words are CDEK's own where the contract quotes them; otherwise as its Russian table describes the case.
WORDS: dict[str, str] = {
    "v2_internal_error": "Internal error",
    "v2_bad_request": "Bad request",
    "v2_parameters_empty": "Parameters are empty",
    "v2_entity_not_found": "Entity is not found",
    "v2_order_not_found": "Order is not found",
    "v2_entity_forbidden": "Entity is forbidden",
    "v2_order_forbidden": "Order is forbidden",
    "v2_order_number_empty": "Order number is empty",
    "v2_entity_invalid": "Entity is invalid",
    "v2_entity_not_ready": "Entity is not ready",
    "v2_entity_empty": "Entity is empty",
    "v2_entity_expired": "Entity is expired",
    "v2_entity_has_final_status": "Entity has final status",
    "v2_similar_request_still_processed": "Similar request is still processed",
    "v2_update_forbidden": "Изменение заказа запрещено: заказ уже на складе",
    "v2_package_id_is_empty": "package_id is empty",
    "v2_shipment_address_multivalued": "Указаны одновременно адрес и офис отправки",
    "v2_delivery_address_multivalued": "Указаны одновременно адрес и офис доставки",
    "v2_order_location_from_and_shipment_point_empty": "Не задан ни адрес, ни офис отправителя",
    "v2_order_location_to_and_delivery_point_empty": "Не задан ни адрес, ни офис получателя",
    "v2_sender_location_not_recognized": "Не удалось распознать населённый пункт отправителя",
    "v2_recipient_location_not_recognized": "Не удалось распознать населённый пункт получателя",
    "v2_number_items_is_more_126": "Количество позиций товаров в заказе больше 126",
    "v2_order_item_amount_incorrect": "Для маркированного товара количество должно быть равно 1",
    "v2_outdated_tariff": "Тариф устарел",
    "v2_invalid_tariff": "Неверный код тарифа",
    "v2_webhook_type_incorrect": "Webhook type is incorrect",
    "v2_exceeded_size": "Value of [size] is exceeded",
    "v2_wrong_interval": "Wrong interval",
    "v2_impossible_register_date": "Невозможно зарегистрировать дату доставки в постамат",
    "v2_city_can_not_be_changed": "Изменение города доставки невозможно",
    "v2_unable_add_service": "Невозможно добавить услугу",
    "v2_intake_exists_by_order": "Заявка на вызов курьера по этому заказу уже существует",
    "v2_intake_exists_by_date_address": "Заявка на вызов курьера на эту дату и адрес уже существует",
    "v2_authorization_incorrect": "Authorization header is incorrect",
    "unauthorized": "Full authentication is required to access this resource",
    "code_invalid": "Указан неверный код офиса",
    "error_validate_receiver_delivery_point_is_empty": "Не задан офис получателя",
    "error_validate_receiver_delivery_point_calc_weight_large": "Расчётный вес больше допустимого для офиса получателя",
    "error_validate_receiver_delivery_point_calc_weight_small": "Расчётный вес меньше допустимого для офиса получателя",
    "error_validate_postamat_package_count": "В постамат можно отправить только одно место",
    "error_validate_postamat_package_weight": "Вес места для постамата не должен превышать 15 кг",
    "error_validate_postamat_pvz_not_postamat": "Выбранный офис не является постаматом",
    "error_validate_delivery_detail_postamat_part_delivery": "Частичная доставка в постамат невозможна",
    "ve_receiver_pickup_point_incorrect": "Офис получателя не может выдать этот заказ",
    "ve_receiver_pickup_point_take_only": "Офис отправителя работает только на выдачу",
    "err_pvz_with_tariff_mistake": "Тариф не соответствует виду офиса",
    "ve_receiver_phone_type_incorrect": "Некорректный номер телефона получателя",
    "ve_sender_phone_type_incorrect": "Некорректный номер телефона отправителя",
    "error_validate_receiver_name_incorrect_symbol": "Имя получателя содержит недопустимый символ",
    "error_validate_receiver_name_only_digits": "Имя получателя состоит только из цифр",
    "ve_package_weight_too_small": "Вес места слишком мал",
    "error_validate_package_one_of_size_is_zero": "Один из габаритов места равен нулю",
    "error_validate_package_number_not_unique": "Номер места не уникален в пределах заказа",
    "err_invalid_tariff_with_dimentions": "Вес или габариты превышают допустимые для тарифа",
    "err_invalid_tariff_with_ordertype": "Тариф недоступен для этого типа заказа",
    "err_result_service_empty": "Услуга доставки по указанному направлению недоступна",
    "err_result_servicelist_empty": "Нет доступных услуг доставки",
    "error_validate_tariff_not_supported_for_this_direction": "Тариф недоступен для этого направления",
    "error_validate_im_dep_number_has_already_had_integration": "Заказ с таким номером отправления ИМ уже существует",
    "error_validate_receiver_city_cash_limit": "Сумма наложенного платежа превышает лимит города получателя",
    "error_validate_good_payment_not_suite": "Наложенный платёж за товар недоступен для этого типа заказа",
    "error_validate_order_delete_status": "Удаление заказа в текущем статусе невозможно",
    "error_validate_dd_date_delivery_before_order_date": "Дата доставки раньше даты заказа",
    "ve_delivery_time_empty": "Не указан интервал доставки",
    "ve_additional_service_unavailable": "Дополнительная услуга недоступна",
    "ve_as_insurance_min_declared_cost": "Объявленная стоимость меньше минимальной для тарифа",
    "ve_payer_contract_status_incorrect": "Договор плательщика не подписан или закрыт",
    "ve_ci_pickup_date_expired": "Дата вызова курьера уже прошла",
    "ve_ci_pickup_date_too_large": "Дата вызова курьера слишком далеко",
    "ve_ci_pickup_time_too_small": "Время вызова курьера слишком раннее",
    "ve_ci_pickup_time_too_large": "Время вызова курьера слишком позднее",
    "ve_ci_pickup_time_to_before_from": "Время окончания раньше времени начала",
    "ve_tariff_mode_not_from_door": "Тариф заказа не предусматривает забор от двери",
    "ve_as_reverse_only_to_door": "Реверс доступен только для доставки до двери",
    "ve_as_reverse_sender_address_empty": "Не задан адрес отправителя",
    "ve_reverse_tariff_not_available": "Тариф недоступен для реверса",
    "error_internal_reverse_overweight": "Вес реверсного заказа превышает 30 кг",
    "PA_17": "Услуга не подключена",
    "jv_the_number_of_orders_at_the_request_of_more_than_1000": "Количество заказов в запросе больше 1000",
    "orders_number_is_empty": "Orders are empty",
}

NO_POINT = "The pick-up point doesn't meet the requirements and no other suitable pick-up point found"

# Warnings (§16.2).
WARNING_WORDS: dict[str, str] = {
    "v2_delivery_point_changed": "Офис получателя изменён на {0}",
    "v2_shipment_point_changed": "Офис отправителя изменён на {0}",
    "v2_late_intake": "Заявка создана после 15:00, курьер может приехать на следующий день",
    "v2_cost_change_by_parameters": "Стоимость заказа изменилась из-за изменения параметров",
    "v2_entity_not_found": "Entity is not found",
    "v2_entity_forbidden": "Entity is forbidden",
    "v2_entity_invalid": "Entity is invalid",
}


def error(code: str, message: str | None = None) -> dict[str, str]:
    """One error in CDEK's shape; ``additional_code`` is stable per code, as measured."""
    words = message if message is not None else WORDS.get(code, code)
    return {"code": code, "additional_code": f"0x{zlib.crc32(code.encode()):08X}", "message": words}


def empty(field: str) -> dict[str, str]:
    return error("v2_field_is_empty", f"[{field}] is empty")


def bad_value(value: object, field: str) -> dict[str, str]:
    return error("v2_invalid_format", f"Invalid value [{value}] in [{field}] parameter")


def bad_type(field: str) -> dict[str, str]:
    return error("v2_invalid_value_type", f"Invalid value type in [{field}] parameter")


def warning(code: str, *values: object) -> dict[str, str]:
    return {"code": code, "message": WARNING_WORDS[code].format(*values)}


class Refused(Exception):  # noqa: N818  (a refusal is CDEK's answer, not an error of the emulator)
    """A synchronous refusal. ``envelope`` "request" names the request type; "bare" has only errors."""

    def __init__(
        self,
        errors: list[dict[str, str]] | dict[str, str],
        *,
        status: int = 400,
        envelope: Envelope = "bare",
        request_type: str = "GET",
    ) -> None:
        self.errors = errors if isinstance(errors, list) else [errors]
        self.status = status
        self.envelope = envelope
        self.request_type = request_type
        super().__init__(", ".join(found["code"] for found in self.errors))


def framework_error(path: str, status: int, phrase: str, timestamp: str) -> dict[str, Any]:
    """Envelope 4: what the framework says when CDEK's own code did not run."""
    return {"timestamp": timestamp, "path": path, "status": status, "error": phrase, "message": phrase}

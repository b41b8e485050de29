"""Our words in Russian (`flows.messages.defaults`)."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Template

_HELLO = "Здравствуйте[, {name}]!"
_ASK = "[Если что-то не так, позвоните нам: {shop_phone}.]"


def _words(sms: str, chat: str, subject: str, *paragraphs: str) -> Mapping[Channel, Template]:
    letter = "\n\n".join((_HELLO, *paragraphs, _ASK))
    return {
        Channel.SMS: Template(sms),
        Channel.CHAT: Template(chat),
        Channel.EMAIL: Template(letter, subject),
    }


TEXTS: Mapping[Moment, Mapping[Channel, Template]] = {
    Moment.NUMBER: _words(
        "{shop}: заказ {order} передан в доставку.[ Трек {number}.][ Где он: {link}]",
        "Здравствуйте[, {name}]! Заказ {order} передан в доставку[: {carrier}][, трек-номер {number}]."
        "[ Где он сейчас: {link}]",
        "Заказ {order} передан в доставку",
        "Мы собрали заказ {order} и передали его в доставку[: {carrier}].[ Трек-номер: {number}.]",
        "[Обещанный день: {promised}.]",
        "[Где заказ сейчас: {link}]",
    ),
    Moment.TRANSIT: _words(
        "{shop}: заказ {order} в пути.[ Ждём его {expected}.][ Где он: {link}]",
        "Заказ {order} в пути.[ Ждём его {expected}.][ Где он сейчас: {link}]",
        "Заказ {order} в пути",
        "Заказ {order} уже едет к вам.[ Ждём его {expected}.]",
        "[Перевозчик: {carrier}.][ Трек-номер: {number}.]",
        "[Где заказ сейчас: {link}]",
    ),
    Moment.READY: _words(
        "{shop}: заказ {order} можно забрать[: {address}].[ До {until}.][ Код {code}.][ К оплате {cod}.]",
        "Заказ {order} ждёт вас![ Где: {point}.][ Адрес: {address}.][ Часы работы: {hours}.][ Хранят до {until}.]"
        "[ Код получения: {code}.][ К оплате: {cod}.][ Подробнее: {link}]",
        "Заказ {order} можно забрать",
        "Заказ {order} приехал и ждёт вас.",
        "[Где: {point}.][\nАдрес: {address}.][\nЧасы работы: {hours}.]",
        "[Хранят до {until}.][ Код получения: {code}.][ К оплате при получении: {cod}.]",
        "[Пункт на карте и подробности: {link}]",
    ),
    Moment.STORAGE: _words(
        "{shop}: заказ {order} ещё ждёт вас[: {address}].[ Хранят до {until}.][ Код {code}.]",
        "Заказ {order} ещё ждёт вас.[ Где: {point}.][ Адрес: {address}.][ Хранят до {until}, потом он поедет обратно.]"
        "[ Код получения: {code}.][ Подробнее: {link}]",
        "Заказ {order} ещё ждёт вас",
        "Напоминаем: заказ {order} лежит в пункте выдачи.[ Его хранят до {until}, потом он поедет обратно.]",
        "[Где: {point}.][\nАдрес: {address}.][\nЧасы работы: {hours}.]",
        "[Код получения: {code}.][ К оплате при получении: {cod}.]",
        "[Подробности: {link}]",
    ),
    Moment.COURIER: _words(
        "{shop}: сегодня курьер привезёт заказ {order}.[ К оплате {cod}.][ {link}]",
        "Сегодня курьер привезёт заказ {order}.[ Адрес: {address}.][ К оплате: {cod}.][ Подробнее: {link}]",
        "Сегодня привезём заказ {order}",
        "Сегодня курьер привезёт заказ {order}. Он позвонит заранее.",
        "[Адрес: {address}.][ К оплате при получении: {cod}.]",
        "[Подробности: {link}]",
    ),
    Moment.DELIVERED: _words(
        "{shop}: заказ {order} у вас. Спасибо![ Оцените доставку: {link}]",
        "Заказ {order} у вас. Спасибо, что выбрали нас![ Оцените доставку: {link}]",
        "Заказ {order} вручён",
        "Заказ {order} у вас. Спасибо, что выбрали нас!",
        "[Расскажите, как прошла доставка: {link}]",
    ),
    Moment.FAILED: _words(
        "{shop}: заказ {order} не удалось вручить[: {reason}].[ Что делать: {link}]",
        "Заказ {order} сегодня не удалось вручить.[ Причина: {reason}.][ Что можно сделать: {link}]",
        "Заказ {order} не удалось вручить",
        "Мы хотели вручить заказ {order}, но не получилось.[ Причина: {reason}.]",
        "[Что можно сделать: {link}]",
    ),
    Moment.RETURNING: _words(
        "{shop}: заказ {order} едет обратно к нам.[ Ещё нужен? Позвоните: {shop_phone}]",
        "Заказ {order} едет обратно к нам. Если он вам ещё нужен, напишите здесь[ или позвоните: {shop_phone}].",
        "Заказ {order} едет обратно",
        "Заказ {order} не забрали, и он едет обратно к нам.[ Причина: {reason}.]",
        "Если он вам ещё нужен, дайте знать: отправим снова.",
        "[Где заказ сейчас: {link}]",
    ),
    Moment.LATE: _words(
        "{shop}: заказ {order} задерживается, извините.[ Ждём его {expected}.][ Где он: {link}]",
        "Заказ {order} задерживается, извините.[ Обещали {promised}.][ Теперь ждём его {expected}.]"
        "[ Где он сейчас: {link}]",
        "Заказ {order} задерживается",
        "Заказ {order} приедет позже, чем мы обещали. Извините нас.",
        "[Обещанный день: {promised}.][ Теперь ждём его {expected}.]",
        "[Где заказ сейчас: {link}]",
    ),
    Moment.RETURN_APPROVED: _words(
        "{shop}: возврат {return} одобрен.[ Что дальше: {return_link}]",
        "Возврат {return} по заказу {order} одобрен.[ Что дальше: {return_link}]",
        "Возврат {return} одобрен",
        "Мы одобрили возврат {return} по заказу {order}.",
        "[Как отдать товар: {return_link}]",
    ),
    Moment.RETURN_REFUSED: _words(
        "{shop}: возврат {return} принять не можем[: {reason}].[ Вопросы: {shop_phone}]",
        "Возврат {return} по заказу {order} принять не можем.[ Причина: {reason}.][ Подробнее: {return_link}]",
        "Возврат {return} принять не можем",
        "К сожалению, возврат {return} по заказу {order} мы принять не можем.[ Причина: {reason}.]",
        "[Подробности: {return_link}]",
    ),
    Moment.RETURN_LABEL: _words(
        "{shop}: отправьте возврат {return}.[ Номер для пункта: {number}.][ Как: {return_link}]",
        "Можно отправлять возврат {return}.[ Перевозчик: {carrier}.][ Назовите в пункте номер {number}.]"
        "[ Как отправить: {return_link}]",
        "Как отправить возврат {return}",
        "Всё готово, чтобы отправить возврат {return}.[ Перевозчик: {carrier}.][ Назовите в пункте номер {number}.]",
        "[Как отправить и что положить: {return_link}]",
    ),
    Moment.RETURN_RECEIVED: _words(
        "{shop}: товар по возврату {return} у нас. Проверим и напишем.",
        "Товар по возврату {return} у нас. Проверим его и напишем о деньгах.[ Подробнее: {return_link}]",
        "Товар по возврату {return} у нас",
        "Товар по возврату {return} приехал к нам. Проверим его и напишем о деньгах.",
        "[Подробности: {return_link}]",
    ),
    Moment.RETURN_REFUNDED: _words(
        "{shop}: вернули деньги по возврату {return}[: {owed}]. Когда они придут, зависит от банка.",
        "Вернули деньги по возврату {return}[: {owed}]. Когда они придут, зависит от банка.",
        "Вернули деньги по возврату {return}",
        "Мы вернули деньги по возврату {return}[: {owed}]. Когда они придут, зависит от банка.",
        "[Подробности: {return_link}]",
    ),
}

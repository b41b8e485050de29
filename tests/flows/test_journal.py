"""The journal in the running program: who set up, shipped, cancelled, left and came back; each portal sees its own."""

from __future__ import annotations

from tests.flows.town import ADDRESS, ADMIN, MANAGER, Shop, Town, words_of

DEAL, NO_CITY = 501, 558


def journal(shop: Shop, query: str = "") -> str:
    return words_of(shop.app().get(f"/app/journal/rows{query}"))


def test_who_did_what(town: Town) -> None:
    shop, other = town.shop(), town.shop(1, 1)
    shop.fill_in(DEAL)
    shop.press("ship_now", DEAL)
    shop.shipped(DEAL)
    town.calm()
    shop.press("cancel", DEAL)
    shop.becomes(DEAL, "Отменён")
    text = journal(shop)
    told = [
        "«Отменить заказ» Сделка 501 Пётр Менеджеров",
        "«Оформить» Сделка 501 Пётр Менеджеров",
        "Включена воронка",
        "Добавлено подключение",
        "Приложение установлено Анна Администратова",
    ]
    assert [text.index(each) for each in told] == sorted(text.index(each) for each in told)
    account = town.world.addresses["cdek"]["accounts"][0]
    assert account["client_secret"] not in text
    assert account["client_id"] not in text
    assert "Secure password изменено, значение не храним" in text
    assert "Включена" not in journal(shop, f"?deal={DEAL}")
    assert "«Оформить»" not in journal(shop, f"?by={ADMIN}")
    assert "Сделка 501" not in journal(other)
    assert "Приложение установлено" in journal(other)


def test_going_and_coming_back(shop: Shop) -> None:
    shop.ask("POST", "/uninstall", {"clean": False})
    shop.town.wait(lambda: shop.row.state == "uninstalled", "the portal's end")
    text = journal(shop.town.shop())
    told = ["Приложение установлено снова Анна Администратова", "Приложение удалено с портала Приложение"]
    assert [text.index(each) for each in told] == sorted(text.index(each) for each in told)


def test_whose_hand_it_was_in_the_portal(shop: Shop) -> None:
    """Moved to the stage by a manager, refused by the carrier, corrected, moved away before it left."""
    shop.ship(DEAL, NO_CITY)
    shop.shipped(DEAL)
    shop.noticed(NO_CITY)
    shop.town.calm()
    shop.edit(NO_CITY, **{ADDRESS: shop.deal(DEAL)[ADDRESS]})
    shop.shipped(NO_CITY)
    text = journal(shop, f"?deal={NO_CITY}")
    corrected = (
        f"Данные исправлены, отправляем ещё раз: {shop.our_number(NO_CITY)} Сделка {NO_CITY} Сотрудник {MANAGER}"
    )
    moved = "Сделка переведена на стадию отправки, оформляем: {} Сделка {} Сотрудник 7"
    assert moved.format(shop.our_number(NO_CITY), NO_CITY) in text
    assert corrected in text
    assert "Адрес изменено, значение не храним" in text
    assert moved.format(shop.our_number(DEAL), DEAL) in journal(shop, f"?by={MANAGER}")
    shop.press("refresh", DEAL)
    assert moved.format(shop.our_number(DEAL), DEAL).replace("Сотрудник 7", "Пётр Менеджеров") in journal(shop)
    assert "Пётр Менеджеров: сделка переведена на стадию отправки" in shop.tab_says(DEAL)

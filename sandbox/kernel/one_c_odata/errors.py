"""Errors of the interface (§2.2): a code of the platform (a string), words, an HTTP status."""

from __future__ import annotations

#: Code -> (HTTP status, the platform's words). Texts beside -1 are the sandbox's: the contract names the meanings only.
CODES: dict[int, tuple[int, str]] = {
    -1: (500, "Внутренняя ошибка"),
    0: (400, "Возможность не поддерживается"),
    1: (400, "Не удалось разобрать строку запроса"),
    2: (400, "Неверный формат запроса"),
    3: (406, "Запрошенное представление не поддерживается"),
    4: (400, "Неверное значение"),
    5: (400, "Не задано обязательное значение"),
    6: (400, "Неверный URL"),
    7: (400, "Не хватает элемента ключа сущности"),
    8: (404, "Тип сущности не найден"),
    9: (404, "Экземпляр сущности не найден"),
    10: (400, "Свойство не найдено"),
    11: (404, "Метод не найден"),
    12: (400, "Отсутствует аргумент метода"),
    13: (400, "Создание строк табличных частей напрямую запрещено"),
    14: (400, "Ошибка разбора опций запроса"),
    15: (400, "Сущность с таким ключом уже существует"),
    16: (400, "Не удалось присвоить свойство"),
    17: (400, "Объект не поддерживает режим загрузки данных"),
    18: (400, "Повторяющиеся имена"),
    19: (405, "Метод запрещён"),
    20: (403, "Недостаточно прав"),
    21: (400, "Ошибка вызова функции"),
}


class ODataRefused(Exception):  # noqa: N818 - the platform's own refusal, not a failure of ours
    """The interface says no. Without words the platform's own for that code; ``about`` follows them."""

    def __init__(self, code: int, about: str = "", *, words: str = "", status: int | None = None) -> None:
        usual, text = CODES[code]
        self.code = code
        self.status = usual if status is None else status
        self.words = words or (f"{text}: {about}" if about else text)
        super().__init__(self.words)


def business(words: str) -> ODataRefused:
    """What the configuration itself says no to: code -1 with HTTP 500 (§2.2)."""
    return ODataRefused(-1, words=words)

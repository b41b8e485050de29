"""Lines of the audit in words: what was done, to what, by whom. Pure."""

from __future__ import annotations

from b24app.frames.words import Words


def act_words(t: Words, act: str, title: str = "") -> str:
    """`изменено подключение: СДЭК, склад`. A code that no catalogue knows any more is shown as it is."""
    key = f"audit.{act}"
    said = t(key) if t.has(key) else t("audit.other", code=act)
    return t("audit.of", act=said, title=title) if title else said


def who_words(t: Words, user_id: int | None, name: str) -> str:
    """A person without a name is a colleague with a number; nobody's act is the app's own."""
    return name or (t("audit.somebody", n=user_id) if user_id else t("audit.app"))


def sentence(t: Words, act: str, user_id: int | None, name: str, title: str = "") -> str:
    """`Анна Лугова: изменено правило: Москва`; of the app's own acts only what it was."""
    said = act_words(t, act, title)
    return t("audit.line", name=who_words(t, user_id, name), act=said) if user_id else said[:1].upper() + said[1:]

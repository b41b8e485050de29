"""A portal's own rules of returns, as its administrator sets them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.storage import StorageRules
from b24app.flows.returns.window import WindowRules
from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings.
KEY = "return_rules"


@dataclass(frozen=True, slots=True)
class Reason(Jsonable):
    """Why somebody sends goods back. `names` by language; one of `WindowRules.always` opens the window. `off`: it is
    offered no longer, but returns that have it keep its name."""

    code: str
    names: Mapping[str, str]
    off: bool = False

    def name(self, lang: str) -> str:
        return self.names.get(lang) or self.names.get("en") or next(iter(self.names.values()), self.code)


def _usual() -> tuple[Reason, ...]:
    return (
        Reason("size", {"ru": "Не подошёл размер", "en": "Wrong size"}),
        Reason("colour", {"ru": "Не подошёл цвет", "en": "Wrong colour"}),
        Reason("not_as_described", {"ru": "Не такой, как описан", "en": "Not as described"}),
        Reason("defect", {"ru": "Брак", "en": "Faulty"}),
        Reason("damaged", {"ru": "Повредили в пути", "en": "Damaged on the way"}),
        Reason("wrong_item", {"ru": "Прислали не то", "en": "Wrong goods sent"}),
        Reason("late", {"ru": "Приехало слишком поздно", "en": "Came too late"}),
        Reason("changed_mind", {"ru": "Передумал", "en": "Changed their mind"}),
    )


def _window() -> WindowRules:
    return WindowRules(always=("defect", "damaged", "wrong_item", "not_as_described"))


@dataclass(frozen=True, slots=True)
class ReturnRules(Jsonable):
    """`replace_first`: new goods may be sent before the old ones came. `warehouse`: the account that expects goods
    that come back, 0 = the one that packed them, else the only one that can. `public`: the client may ask for a return
    themselves. `approve`: what the client or a robot asks for within the window is approved at once."""

    window: WindowRules = field(default_factory=_window)
    money: MoneyRules = field(default_factory=MoneyRules)
    storage: StorageRules = field(default_factory=StorageRules)
    reasons: tuple[Reason, ...] = field(default_factory=_usual)
    replace_first: bool = False
    warehouse: int = 0
    public: bool = True
    approve: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> ReturnRules:
        """From a portal's settings; the defaults where nobody has set any."""
        kept = settings.get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()

    @property
    def offered(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.off)

    def reason(self, code: str, lang: str) -> str:
        """What a reason is called; its code where nobody knows it any more."""
        return next((each.name(lang) for each in self.reasons if each.code == code), code)

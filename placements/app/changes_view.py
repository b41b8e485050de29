"""Changed values of the audit in the reader's language: what each field is called, what it was and what it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.frames.formats import Formats
from b24app.store.audit import Change
from b24app.systems.plugin import Manifest, SettingField
from placements.app.audited import OWN
from placements.app.measures import DEFAULTS, typed_back

#: Fields whose values are codes: where their words are.
_CODES = {
    "mode": "conn.mode.",
    "cod_source": "pipeline.cod_",
    "kind": "rules.kind.",
    "return_delivery": "returns_rules.delivery_",
    "price_rounding": "price.rounding.",
}
_RIGHT, _STAGE, _STEP, _DEAL_FIELD, _PRICE = "right_", "stage_", "step_", "field_", "price_"


@dataclass(frozen=True, slots=True)
class Shown:
    """One changed value. `hidden`: neither value is kept."""

    label: str
    before: str
    after: str
    hidden: bool


class ChangeWords:
    """Says what acts changed, to one reader."""

    def __init__(self, formats: Formats, manifests: Mapping[str, Manifest]) -> None:
        self._formats, self._manifests = formats, manifests

    def shown(self, changes: Iterable[Change], detail: Mapping[str, Any]) -> tuple[Shown, ...]:
        """`detail` of the audit's row: its system names the account's own fields, its currency the amounts."""
        own = self._own_fields(str(detail.get("system", "")))
        currency = str(detail.get("currency") or "RUB")
        return tuple(self._one(each, own, currency) for each in changes)

    def line(self, changes: Iterable[Change], detail: Mapping[str, Any]) -> str:
        """`Цена: 480,00 ₽ → 512,00 ₽; Адрес`: hidden ones by their names alone."""
        shown = self.shown(changes, detail)
        return "; ".join(one.label if one.hidden else f"{one.label}: {one.before} → {one.after}" for one in shown)

    def _own_fields(self, system: str) -> dict[str, SettingField]:
        manifest = self._manifests.get(system)
        return {OWN + each.name: each for each in manifest.settings_form} if manifest else {}

    def _one(self, change: Change, own: Mapping[str, SettingField], currency: str) -> Shown:
        field = own.get(change.field)
        label = (field.title.get(self._formats.lang) or field.name) if field else self.label(change.field)
        if change.hidden:
            return Shown(label, "", "", hidden=True)
        before, after = (
            self._chosen(field, value) if field else self.value(change.field, value, currency)
            for value in (change.before, change.after)
        )
        return Shown(label, before, after, hidden=False)

    def label(self, field: str) -> str:
        """The field's name; its code when no catalogue knows it any more."""
        t = self._formats.words
        status = field.removeprefix(_STAGE)
        if field.startswith(_STAGE) and t.has(f"status.{status}"):
            return t("journal.field.stage", status=t(f"status.{status}"))
        step = field.removeprefix(_STEP)
        if field.startswith(_STEP) and t.has(f"chain.step.{step}"):
            return t("journal.field.step", step=t(f"chain.step.{step}"))
        role = field.removeprefix(_DEAL_FIELD)
        if field.startswith(_DEAL_FIELD) and t.has(f"fields.role.{role}"):
            return t(f"fields.role.{role}")
        rule = field.removeprefix(_PRICE)
        if field.startswith(_PRICE) and t.has(f"price.field.{rule}"):
            return t(f"price.field.{rule}")
        key = f"journal.field.{field}"
        return t(key) if t.has(key) else field.removeprefix(OWN)

    def _chosen(self, field: SettingField, value: Any) -> str:
        """A value of a manifest's field."""
        titles = {code: title.get(self._formats.lang) or code for code, title in field.choices}
        return titles.get(str(value)) or self.value(field.name, value, "")

    def value(self, field: str, value: Any, currency: str) -> str:
        t = self._formats.words
        if value is None or value in ("", []):
            return t("journal.nothing")
        if isinstance(value, bool):
            return t("common.yes" if value else "common.no")
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        if isinstance(value, int):
            return self._number(field, value, currency)
        if field.startswith("service"):
            return self._service(str(value))
        if field == "before":
            return self._before(str(value))
        prefix = "journal.who." if field.startswith(_RIGHT) else _CODES.get(field)
        return t(prefix + str(value)) if prefix and t.has(prefix + str(value)) else str(value)

    def _number(self, field: str, value: int, currency: str) -> str:
        formats = self._formats
        if field in DEFAULTS:
            return typed_back(value, field, formats)
        if field.endswith("_minor"):
            return formats.money(value, currency)
        if field.endswith("_g"):
            return formats.weight(value)
        return formats.words("journal.seconds", n=value) if field.endswith("_s") else str(value)

    def _before(self, value: str) -> str:
        """`Амбар: packed`, or `none` (`chain_form.told`)."""
        name, _, book = value.rpartition(": ")
        t = self._formats.words
        return t(f"chain.{book}", name=self._formats.quote(name)) if t.has(f"chain.{book}") else value

    def _service(self, code: str) -> str:
        """`cdek:parcel` -> the service's name."""
        system, _, service = code.rpartition(":")
        manifest = self._manifests.get(system)
        return manifest.service_title(service, self._formats.lang) if manifest else service

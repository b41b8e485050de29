"""Each value of a dry run as its page shows it, with the place it comes from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from b24app.bitrix24.own_fields import titles_of
from b24app.flows.explain import Told
from b24app.flows.trial import Outcome, Trial
from b24app.frames.formats import Formats
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money
from b24app.store.faces.portal import PortalFacts
from b24app.systems.plugin import Manifest


@dataclass(frozen=True, slots=True)
class LineView:
    """One value. `code` is the portal's field that it is read from."""

    label: str
    value: str
    source: str
    code: str
    guess: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What a result is read with."""

    facts: PortalFacts
    manifests: Mapping[str, Manifest]
    formats: Formats

    @property
    def titles(self) -> Mapping[str, str]:
        """What the portal calls its own fields, by role."""
        return titles_of(self.facts.roles, self.facts.settings)

    def carrier(self, connection_id: int) -> str:
        """The system's name for people."""
        manifest = self._manifest(connection_id)
        return manifest.title.get(self.formats.lang, manifest.code) if manifest else ""

    def service(self, connection_id: int, code: str) -> str:
        manifest = self._manifest(connection_id)
        return manifest.service_title(code, self.formats.lang) if manifest else code

    def _manifest(self, connection_id: int) -> Manifest | None:
        account = self.facts.account(connection_id)
        return self.manifests.get(account.system) if account else None

    def pipeline(self, category: int) -> Mapping[str, Any]:
        known = (each for each in self.facts.settings.get("pipelines", ()) if each["id"] == category)
        return next(known, {"name": "", "stages": ()})

    def stage(self, category: int, stage: str) -> str:
        return next((each["name"] for each in self.pipeline(category)["stages"] if each["id"] == stage), stage)


def line_groups(outcome: Outcome, scene: Scene) -> tuple[tuple[str, tuple[LineView, ...]], ...]:
    """Lines by group, in their order. Who sends is told by the carrier's system, which knows the account's part too."""
    trial, call = outcome.trial, outcome.outgoing
    found: list[tuple[str, LineView]] = []
    for line in trial.told:
        if line.label == "sender" and call is not None and call.sender is not None:
            place = trial.request.sender if trial.request else None
            found += [(line.group, each) for each in _sender(call.sender, place or Sender(), scene.formats)]
        else:
            found.append((line.group, _line(line, trial, scene)))
    return tuple((name, tuple(line for _, line in rows)) for name, rows in groupby(found, key=lambda one: one[0]))


def _sender(sender: Sender, place: Sender, formats: Formats) -> Iterator[LineView]:
    """`place` is where the portal says that goods leave from; the rest is the account's."""
    values = {
        "sender_company": (sender.company, place.company),
        "sender_name": (sender.name, place.name),
        "sender_phone": (formats.phone(sender.phone or ""), place.phone),
        "sender_point": (sender.point_code, place.point_code),
        "sender_address": (sender.address.text if sender.address else "", place.address),
    }
    for label, (value, own) in values.items():
        if value:
            source = formats.words("trial.from.sender" if own else "trial.from.account", name="")
            yield LineView(formats.words(f"trial.field.{label}"), value, source, "", guess=False)


def _line(line: Told, trial: Trial, scene: Scene) -> LineView:
    t = scene.formats.words
    label = t(f"trial.field.{line.label}")
    return LineView(
        label=f"{label}: {line.name}" if line.name else label,
        value=_value(line, trial, scene),
        source=_source(line, scene),
        code=scene.facts.roles.get(line.origin.name, "") if line.origin.kind == "field" else "",
        guess=line.guess,
    )


def _value(line: Told, trial: Trial, scene: Scene) -> str:
    formats = scene.formats
    match line.form:
        case "phone":
            number, _, rest = str(line.value).partition(" ")
            return f"{formats.phone(number)} {rest}".strip()
        case "kind":
            return formats.words(f"rules.kind.{DeliveryKind(line.value).value}")
        case "money":
            money = Money.from_json(line.value)
            return formats.money(money.minor, money.currency)
        case "weight":
            return formats.weight(int(line.value))
        case "size":
            length, width, height = line.value
            return formats.words("trial.size", size=formats.size(length, width, height))
        case "account":
            account = scene.facts.account(int(line.value))
            return account.title if account else str(line.value)
        case "service":
            return scene.service(trial.connection_id, str(line.value))
        case "extra":
            return formats.words(f"extras.{line.value}")
        case "none":
            return formats.words(f"trial.none.{line.label}")
        case _:
            return str(line.value)


def _source(line: Told, scene: Scene) -> str:
    t, origin = scene.formats.words, line.origin
    if origin.kind == "field":
        name = scene.titles.get(origin.name) or t(f"trial.role.{origin.name}")
        return t("trial.from.field", name=scene.formats.quote(name))
    return t(f"trial.from.{origin.kind}", name=scene.formats.quote(origin.name) if origin.name else "").strip()

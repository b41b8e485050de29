"""Rules as the page draws them: each a sentence, and the form of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.flows.choose import Conditions, Reason
from b24app.frames.formats import Formats
from b24app.logistics.model import DeliveryKind
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import Connection, Rule
from b24app.systems.plugin import Manifest
from placements.app import chain_form
from placements.app.choices import Choice
from placements.app.rules_saving import RANGES


@dataclass(frozen=True, slots=True)
class RuleLine:
    """`state` of its account when nothing leaves through it: paused | broken | untested, else ""."""

    id: int
    n: int
    title: str
    sentence: str
    account: str
    services: str
    enabled: bool
    state: str
    first: bool
    last: bool
    before: str = ""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """`values` as typed; `errors`: field -> key of the `form.*` words. `id` 0 = a new rule."""

    id: int
    values: Mapping[str, str]
    errors: Mapping[str, str]
    categories: tuple[Choice, ...]
    accounts: tuple[Choice, ...]
    services: Mapping[str, tuple[Choice, ...]]
    kinds: tuple[Choice, ...]
    cods: tuple[Choice, ...]
    before: tuple[Choice, ...] = ()


def rules_view(
    rows: Sequence[Rule], facts: PortalFacts, manifests: Mapping[str, Manifest], formats: Formats
) -> tuple[RuleLine, ...]:
    accounts = {each.id: each for each in facts.connections}
    return tuple(
        _line(row, at, len(rows), accounts.get(row.connection_id), facts, manifests, formats)
        for at, row in enumerate(rows, start=1)
    )


def _line(
    row: Rule,
    at: int,
    of: int,
    account: Connection | None,
    facts: PortalFacts,
    manifests: Mapping[str, Manifest],
    formats: Formats,
) -> RuleLine:
    manifest = manifests.get(account.system) if account else None
    services = [
        f"{formats.words(f'rules.kind.{kind}')}: {manifest.service_title(code, formats.lang) if manifest else code}"
        for kind, code in row.services.items()
    ]
    return RuleLine(
        id=row.id,
        n=at,
        title=row.title or formats.words("rules.unnamed", n=at),
        sentence=sentence(Conditions.from_json(row.conditions), _pipeline(row.category_id, facts, formats), formats),
        account=account.title if account else "",
        services=". ".join(services),
        enabled=row.enabled,
        state=account.state if account and account.state != "ready" else "",
        first=at == 1,
        last=at == of,
        before=chain_form.sentence(row.before, facts.connections, formats),
    )


def _pipeline(category: int | None, facts: PortalFacts, formats: Formats) -> str:
    if category is None:
        return ""
    known = (each["name"] for each in facts.settings.get("pipelines", ()) if each["id"] == category)
    return next(known, "") or formats.words("pipeline.unnamed")


def sentence(wanted: Conditions, pipeline: str, formats: Formats) -> str:
    """`воронка «Опт», город: Казань, вес до 5,000 кг`; "any deal" when nothing is asked."""
    t = formats.words
    asked = [t("rules.if.pipeline", name=formats.quote(pipeline))] if pipeline else []
    if wanted.kind:
        asked.append(t(f"rules.if.{wanted.kind.value}"))
    if wanted.cities:
        asked.append(t("rules.if.cities", names=", ".join(wanted.cities)))
    if wanted.regions:
        asked.append(t("rules.if.regions", names=", ".join(wanted.regions)))
    weight = [None if each is None else formats.weight(each) for each in (wanted.weight_from_g, wanted.weight_to_g)]
    value = [
        None if each is None else formats.money(each, wanted.currency) for each in (wanted.value_from, wanted.value_to)
    ]
    asked += _between("weight", weight[0], weight[1], formats) + _between("value", value[0], value[1], formats)
    if wanted.cod is not None:
        asked.append(t("rules.if.cod_yes" if wanted.cod else "rules.if.cod_no"))
    text = ", ".join(asked) or t("rules.if.any")
    return text[:1].upper() + text[1:]


def why_not(reason: Reason, formats: Formats, currency: str = "RUB") -> str:
    """Why a rule does not fit a deal; `currency` is that of the rule's sums."""
    what = reason.why.partition("_")[0]

    def write(name: str, value: Any) -> Any:
        if name in ("found", "border") and what == "weight":
            return formats.weight(value)
        return formats.money(value, currency) if name in ("found", "border") else value

    shown = {name: write(name, value) for name, value in reason.params.items()}
    return formats.words(f"rules.why.{reason.why}", **shown)


def _between(what: str, low: str | None, high: str | None, formats: Formats) -> list[str]:
    if low is None and high is None:
        return []
    way = "between" if low is not None and high is not None else "from" if low is not None else "to"
    return [formats.words(f"rules.if.{what}_{way}", low=low, high=high)]


def rule_form(
    row: Rule | None,
    facts: PortalFacts,
    manifests: Mapping[str, Manifest],
    formats: Formats,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> RuleForm:
    values = typed if typed is not None else _values(row)
    accounts = [each for each in facts.shippers if each.system in manifests]
    chosen = next((each for each in accounts if str(each.id) == values.get("connection_id")), None)
    chosen = chosen or (accounts[0] if accounts else None)
    offered = manifests[chosen.system].services if chosen else ()
    t = formats.words
    pipelines = [
        (str(each["id"]), each["name"] or t("pipeline.unnamed")) for each in facts.settings.get("pipelines", ())
    ]
    services = [(code, title.get(formats.lang) or code) for code, title in offered]
    return RuleForm(
        id=row.id if row else 0,
        values=values,
        errors=errors or {},
        categories=_choices([("", t("rules.any_pipeline")), *pipelines], values.get("category", "")),
        accounts=_choices([(str(each.id), each.title) for each in accounts], str(chosen.id) if chosen else ""),
        services={
            kind.value: _choices([("", t("rules.no_service")), *services], values.get(f"service_{kind.value}", ""))
            for kind in DeliveryKind
        },
        kinds=_choices(
            [("", t("rules.any_kind")), *((kind.value, t(f"rules.kind.{kind.value}")) for kind in DeliveryKind)],
            values.get("kind", ""),
        ),
        cods=_choices(
            [("", t("rules.any_cod")), ("yes", t("rules.cod_yes")), ("no", t("rules.cod_no"))], values.get("cod", "")
        ),
        before=_before(facts, manifests, values.get("before", ""), formats),
    )


def _choices(pairs: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == chosen) for value, label in pairs)


def _before(facts: PortalFacts, manifests: Mapping[str, Manifest], chosen: str, formats: Formats) -> tuple[Choice, ...]:
    """Empty where no account is a warehouse: then there is nothing to choose."""
    barns = chain_form.warehouses(facts.connections, manifests)
    own = [("", formats.words("chain.as_pipeline")), (chain_form.NONE, formats.words("chain.none"))]
    return _choices([*own, *chain_form.offered(barns, formats)], chosen) if barns else ()


def _values(row: Rule | None) -> dict[str, str]:
    """A stored rule as its form shows it."""
    if row is None:
        return {}
    wanted = Conditions.from_json(row.conditions)
    numbers = {name: _shown(getattr(wanted, target), factor) for name, (target, factor) in RANGES.items()}
    services = {f"service_{kind}": str(code) for kind, code in row.services.items()}
    cod = {None: "", True: "yes", False: "no"}[wanted.cod]
    plain: dict[str, Any] = {
        "title": row.title,
        "category": "" if row.category_id is None else str(row.category_id),
        "connection_id": str(row.connection_id),
        "cities": ", ".join(wanted.cities),
        "regions": ", ".join(wanted.regions),
        "kind": wanted.kind.value if wanted.kind else "",
        "cod": cod,
        "before": chain_form.value_of(row.before),
    }
    return {**plain, **numbers, **services}


def _shown(value: int | None, factor: int) -> str:
    return "" if value is None else format((Decimal(value) / factor).normalize(), "f").replace(".", ",")

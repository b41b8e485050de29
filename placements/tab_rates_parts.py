"""Small pieces of the tab's prices: days and dates, the parts of a price, and what each offer is best at. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from b24app.flows.rates import Facts
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.extras import Extra
from b24app.logistics.ports import PriceLine, Quote
from b24app.store.models import Connection

_EXTRAS = frozenset(each.value for each in Extra)
Offer = tuple[Connection, Quote]
#: Tone, label and reason of a tag.
TagWords = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a price. `within`: it is in the others already; `unsaid`: the carrier tells it only later."""

    label: str
    amount: str
    within: bool = False
    unsaid: bool = False


def logo(title: str) -> str:
    """Up to four letters that stand for an account, until rights in real logos are clear."""
    word = next(iter(title.replace(",", " ").split()), "")
    return word if len(word) <= 4 else word[:2].upper()


def days_words(quote: Quote, formats: Formats) -> str:
    """`2–3 дня`; an empty text when the carrier names none."""
    least, most = quote.days_min, quote.days_max
    if most is None:
        return ""
    if least is None or least == most:
        return formats.words("rates.days", n=most)
    return formats.words("rates.days_between", low=least, n=most)


def span_words(quote: Quote, formats: Formats) -> str:
    """`16–17 ноя`: the days of arrival, counted from today."""
    least, most = quote.days_min, quote.days_max
    if most is None:
        return ""
    first, last = (formats.now + timedelta(days=each) for each in (least if least is not None else most, most))
    begin, end = formats.short_day(first), formats.short_day(last)
    if begin == end:
        return end
    same_month = begin.partition(NBSP)[2] == end.partition(NBSP)[2]
    return f"{begin.partition(NBSP)[0]}–{end}" if same_month else f"{begin} – {end}"


def terms(quote: Quote) -> str:
    """What a person sees on the button, as its form sends it back."""
    days = ["" if each is None else str(each) for each in (quote.days_min, quote.days_max)]
    return "|".join([str(quote.price.minor), quote.price.currency, *days])


def lines_of(quote: Quote, formats: Formats) -> Iterator[Line]:
    """What the price is made of, in the order in which the carrier tells it."""
    for line in quote.lines:
        amount = formats.money(line.amount.minor, line.amount.currency) if line.amount is not None else ""
        unsaid = line.amount is None
        yield Line(_label(line, formats), amount or formats.words("rates.line.later"), line.within, unsaid)


def _label(line: PriceLine, formats: Formats) -> str:
    t = formats.words
    if line.what == "tariff":
        return (
            t("rates.line.tariff_of", weight=formats.weight(line.weight_g)) if line.weight_g else t("rates.line.tariff")
        )
    if line.what == "service":
        return t(f"extras.{line.code}") if line.code in _EXTRAS else t("rates.line.service", code=line.code)
    if line.what == "vat":
        return t("rates.line.vat", rate=_percent(line.percent, formats)) if line.percent else t("rates.line.vat_plain")
    of = formats.money(line.of.minor, line.of.currency) if line.of else ""
    if of and line.percent:
        return t(f"rates.line.{line.what}_of", rate=_percent(line.percent, formats), of=of)
    return t(f"rates.line.{line.what}")


def _percent(text: str, formats: Formats) -> str:
    return text.replace(".", ",") if formats.lang == "ru" else text


def tags_of(
    offers: Sequence[Offer], facts: Facts | None, formats: Formats, costs: bool
) -> Mapping[str, tuple[TagWords, ...]]:
    """By `<account>:<service>`: the cheapest, the fastest, what a rule would ship. Nothing is best among one."""
    found: dict[str, tuple[TagWords, ...]] = {}
    for value, tag in [*_best(offers, formats, costs), *_by_rule(offers, facts, formats)]:
        found[value] = (*found.get(value, ()), tag)
    return found


def _best(offers: Sequence[Offer], formats: Formats, costs: bool) -> Iterator[tuple[str, TagWords]]:
    if len({quote.price.currency for _, quote in offers}) != 1 or len(offers) < 2:
        return
    if costs:
        first, second = sorted(offers, key=lambda offer: offer[1].price.minor)[:2]
        less = second[1].price.minor - first[1].price.minor
        if less:
            why = formats.words("rates.cheaper_by", less=formats.money(less, first[1].price.currency))
            yield _value(first), ("green", formats.words("rates.cheapest"), why)
    timed = [offer for offer in offers if offer[1].days_max is not None]
    if len(timed) < 2:
        return
    days = sorted({offer[1].days_max or 0 for offer in timed})
    quick = min(timed, key=lambda offer: (offer[1].days_max or 0, offer[1].price.minor))
    if len(days) > 1:
        why = formats.words("rates.faster_by", n=days[1] - days[0])
        yield _value(quick), ("blue", formats.words("rates.fastest"), why)


def _by_rule(offers: Sequence[Offer], facts: Facts | None, formats: Formats) -> Iterator[tuple[str, TagWords]]:
    if facts is None:
        return
    value = f"{facts.connection_id}:{facts.service}"
    if any(_value(offer) == value for offer in offers):
        why = formats.quote(facts.rule) if facts.rule else formats.words("rates.by_pipeline")
        yield value, ("grey", formats.words("rates.by_rule"), why)


def _value(offer: Offer) -> str:
    return f"{offer[0].id}:{offer[1].service_code}"

"""A Problem in the person's words: what is wrong, who can fix it, which field, and the other side's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app import words
from b24app.flows.snapshot import Role
from b24app.frames.formats import Formats
from b24app.logistics.problem import Field
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)


@dataclass(frozen=True, slots=True)
class ProblemView:
    """`quote`/`code` are theirs as received; `field` is a field's name for people, "" when it is about none."""

    title: str
    advice: str
    field: str
    who: str
    quote: str
    code: str
    said: str


#: Fields that a deal has of its own, and the roles they are for.
_ROLES = {
    Field.NAME: Role.NAME,
    Field.PHONE: Role.PHONE,
    Field.ADDRESS: Role.ADDRESS,
    Field.POINT: Role.POINT,
    Field.TYPE: Role.TYPE,
    Field.COD: Role.COD,
}


def field_words(field: Field, lang: str, titles: Mapping[str, str]) -> str:
    """A field's name for people: the portal's own where it was chosen (`titles` by role), else ours; "" for none."""
    if field is Field.NONE:
        return ""
    role = _ROLES.get(field)
    return (titles.get(role, "") if role else "") or words.say(f"field.{field.value}", lang)


def problem_view(found: ProblemFacts, formats: Formats, carrier: str, titles: Mapping[str, str]) -> ProblemView:
    """`titles`: what the portal calls its own fields, by role."""
    problem = found.problem
    text = words.say(f"problem.{problem.code}", formats.lang, **{"carrier": carrier, **problem.params})
    field = field_words(problem.field, formats.lang, titles)
    said = formats.words("problem.said", carrier=carrier, time=formats.moment(found.opened_at))
    advice = f"advice.{problem.code}"
    advice = advice if formats.words.has(advice) else f"who.{problem.who.value}"
    return ProblemView(
        text,
        formats.words(advice, carrier=carrier),
        field,
        problem.who.value,
        problem.their_text,
        problem.their_code,
        said,
    )

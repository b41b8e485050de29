"""A Problem in the person's words: what is wrong, who can fix it, which field, and the other side's own words."""

from __future__ import annotations

from dataclasses import dataclass

from b24app import words
from b24app.frames.formats import Formats
from b24app.logistics.problem import Field
from b24app.store.faces.deal import ProblemFacts


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


def problem_view(found: ProblemFacts, formats: Formats, carrier: str) -> ProblemView:
    problem = found.problem
    text = words.say(f"problem.{problem.code}", formats.lang, **{"carrier": carrier, **problem.params})
    field = words.say(f"field.{problem.field.value}", formats.lang) if problem.field is not Field.NONE else ""
    said = formats.words("problem.said", carrier=carrier, time=formats.moment(found.opened_at))
    return ProblemView(
        text,
        formats.words(f"who.{problem.who.value}", carrier=carrier),
        field,
        problem.who.value,
        problem.their_text,
        problem.their_code,
        said,
    )

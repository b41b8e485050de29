"""MoySklad's error shape (moysklad.md §6) as Problems: their code and words kept, the field by their `parameter`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.problem import Problem
from b24app.systems.kit.meanings import once
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import whole
from b24app.systems.moysklad.vocabulary import MEANINGS, PARAMETERS


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    text: str
    parameter: str = ""

    @property
    def problem(self) -> Problem:
        found = MEANINGS.problem(str(self.code), self.text)
        named = next((row for row in PARAMETERS if self.parameter and self.parameter.startswith(row[0])), None)
        return found if named is None else replace(found, field=named[1], who=named[2])


class Unknown(Refused):
    """There is no such object (1021). Never leaves this package."""


def said(data: Any) -> tuple[Said, ...]:
    """The errors of an answer, or of one element of a mass answer; empty when it is none."""
    return tuple(
        Said(whole(row.get("code")) or 0, str(row.get("error") or ""), str(row.get("parameter") or ""))
        for row in rows_of(data.get("errors") if isinstance(data, Mapping) else None)
    )


def problems(errors: tuple[Said, ...]) -> tuple[Problem, ...]:
    return once(each.problem for each in errors)

"""Their refusals as Problems: codes and words as the profile finds them (manhattan.md §2), ours beside."""

from __future__ import annotations

import re
from dataclasses import replace

from b24app.logistics.errors import AccountProblem
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.goods import article_unknown
from b24app.systems.kit.meanings import once
from b24app.systems.manhattan.profile import Said
from b24app.systems.manhattan.vocabulary import ARTICLE, MEANINGS


def problems_of(said: Said, status: int) -> tuple[Problem, ...]:
    """At least one."""
    if not said.texts:
        return (MEANINGS.problem(said.codes[0] if said.codes else f"HTTP {status}"),)
    codes = said.codes if len(said.codes) == len(said.texts) else said.codes[:1] * len(said.texts)
    pairs = zip(codes or ("",) * len(said.texts), said.texts, strict=True)
    return once(_problem(code, text) for code, text in pairs)


def _problem(code: str, text: str) -> Problem:
    problem = MEANINGS.problem(code, text)
    if problem.code != "article_unknown":
        return problem
    found = re.search(ARTICLE, text, re.IGNORECASE)
    return replace(problem, params={"sku": found[1] if found else text[:60]})


def unknown_articles(skus: list[str]) -> tuple[Problem, ...]:
    """One each."""
    return tuple(map(article_unknown, skus))


def profile_broken(place: str, why: str) -> AccountProblem:
    """The mapping itself cannot be used: an administrator has to look at it."""
    said = f"{place}: {why}" if place else why
    return AccountProblem(Problem("profile_broken", Field.ACCOUNT, Who.ADMIN, their_text=said))

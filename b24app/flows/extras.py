"""What an order asks for beside carrying (`logistics.extras`): what a person chose for the deal is a demand, what its
pipeline asks for by itself is a wish. Pure.
"""

from __future__ import annotations

from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.problem import Field, Problem

#: The account does not give what somebody chose: `no_extra_fitting` …
EXTRA = "no_extra_"


def asked(deal: DealSnapshot, pipeline: PipelineConfig, account: int) -> tuple[str, ...]:
    """What this account is asked for: of a wish what it gives, of a demand all (see `lacking`)."""
    if deal.extras is not None:
        return deal.extras
    given = pipeline.extras_of.get(account, ())
    return tuple(each for each in pipeline.extras if each in given)


def lacking(deal: DealSnapshot, pipeline: PipelineConfig, account: int) -> list[Problem]:
    """What a person chose and the account does not give: it carries nothing then."""
    given = pipeline.extras_of.get(account, ())
    missing = [each for each in deal.extras or () if each not in given] if account else []
    return [Problem(f"{EXTRA}{each}", Field.SERVICE) for each in missing]

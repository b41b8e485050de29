"""What an order asks for beside carrying (`logistics.extras`): what a person chose for the deal is a demand, what its
pipeline asks for by itself is a wish. Pure.
"""

from __future__ import annotations

from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.extras import LACKS
from b24app.logistics.problem import Field, Problem


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
    return [Problem(f"{LACKS}{each}", Field.SERVICE) for each in missing]


def beside(deal: DealSnapshot, pipeline: PipelineConfig, account: int) -> tuple[str, ...] | None:
    """What this account's price is asked with; None = it does not give what somebody chose, and is not asked."""
    return None if lacking(deal, pipeline, account) else asked(deal, pipeline, account)

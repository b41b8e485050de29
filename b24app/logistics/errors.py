"""What a port may raise. Anything else that leaves a port is a bug."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.logistics.problem import Field, Problem, Who


class LogisticsError(Exception):
    """Base of the four."""


class Refused(LogisticsError):  # noqa: N818 - words of the house
    """The system (or our check before it) said no; nothing exists there. `problems` say what to fix."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.their_code or problem.code for problem in problems))
        self.problems = tuple(problems)


class Uncertain(LogisticsError):  # noqa: N818 - words of the house
    """A write may or may not have happened. Look it up by number; never repeat blindly."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unavailable(LogisticsError):  # noqa: N818 - words of the house
    """Nothing was done; try later, not before `retry_after` seconds if given."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class AccountProblem(LogisticsError):  # noqa: N818 - words of the house
    """The account itself is refused: the connection has to be paused until an admin acts."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.their_code or problem.code)
        self.problem = problem


def problem_in(error: LogisticsError) -> Problem:
    """What a person is shown of an error: the first problem it carries, else that the system did not answer."""
    if isinstance(error, Refused):
        return error.problems[0]
    if isinstance(error, AccountProblem):
        return error.problem
    return Problem("system_silent", Field.NONE, Who.CARRIER, their_text=str(error))

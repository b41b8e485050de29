"""The port ConnectionTest from a list of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, problem_in
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.plugin import Manifest, OpenContext

#: What a check that passed found out: words for people, and facts (`n`, `minor` with `currency`, …).
Found = tuple[str, Mapping[str, str]]
#: Problems with which the account itself works: orders wait until somebody puts it right.
SOFT = frozenset({"sender_missing"})


def run_checks(checks: Iterable[tuple[str, Callable[[], Found | None]]]) -> Iterator[TestStep]:
    """One step a check, as it is asked for; ends after the first failure and never raises a port's error."""
    for name, check in checks:
        try:
            found = check()
        except LogisticsError as error:
            problem = problem_in(error)
            yield TestStep(name, False, problem, str(error), soft=problem.code in SOFT)
            return
        said, facts = found or ("", {})
        yield TestStep(name, True, said=said, facts=facts)


def needs_settings(manifest: Manifest, context: OpenContext) -> None:
    """Raises Refused when a setting that the form requires is missing. What is chosen from the system's own lists comes
    later: they are asked for once the account works."""
    fields = [field for field in manifest.settings_form if field.kind not in ("remote", "map")]
    missing = [field for field in fields if field.required and not context.setting(field.name)]
    if missing:
        raise Refused([Problem("account_missing", Field.ACCOUNT, Who.ADMIN)])


def needs_token_or_login(manifest: Manifest, context: OpenContext) -> None:
    """Raises Refused as `needs_settings`, and when there is neither a token nor a login with its password."""
    needs_settings(manifest, context)
    if not context.setting("token") and not (context.setting("login") and context.setting("password")):
        raise Refused([Problem("account_missing", Field.ACCOUNT, Who.ADMIN)])


def account_refused(code: str = "", text: str = "") -> AccountProblem:
    """The key itself is refused."""
    return AccountProblem(Problem("account_refused", Field.ACCOUNT, Who.ADMIN, their_code=code, their_text=text))

"""Lists that live in the system: what is kept of them, and what the test of an account says about them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Option
from b24app.runners.connection.listing import MOST, chosen, names, told

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)


class System:
    def __init__(self, options: list[Option], error: Exception | None = None) -> None:
        self._options, self._error = options, error

    def options(self, name: str) -> list[Option]:
        if self._error is not None:
            raise self._error
        return self._options


def test_a_list_is_kept_as_it_came() -> None:
    found, error = told(System([Option("a", "Новый", "created"), Option("b", "Другой")]), "states", "", NOW)
    assert error is None
    assert [Option.from_json(each) for each in found["options"]] == [
        Option("a", "Новый", "created"),
        Option("b", "Другой"),
    ]
    assert found["at"] == NOW.isoformat()


def test_of_a_long_list_the_chosen_is_kept_too() -> None:
    many = System([Option(str(n), f"Склад {n}") for n in range(MOST + 50)])
    for chosen_, last in (("", MOST - 1), (str(MOST + 7), MOST + 7), (f'{{"{MOST + 9}": "lost"}}', MOST + 9)):
        found, _ = told(many, "store", chosen_, NOW)
        assert found["options"][-1]["code"] == str(last)
        assert len(found["options"]) == MOST + (last >= MOST)


def test_a_list_that_could_not_be_had_says_why() -> None:
    refused = Problem("account_refused", Field.ACCOUNT, Who.ADMIN, "401", "unknown key")
    assert told(System([], AccountProblem(refused)), "states", "", NOW) == ({"problem": refused.to_json()}, None)
    found, error = told(System([], Unavailable("states: HTTP 429", 3.0)), "states", "", NOW)
    assert (found["problem"]["code"], found["problem"]["their_text"]) == ("system_silent", "states: HTTP 429")
    assert error is not None
    assert error.retry_after == 3.0


def account(**settings: str) -> Any:
    return SimpleNamespace(connection=SimpleNamespace(system="toad", settings=settings))


def services(*fields: tuple[str, str, bool]) -> Any:
    form = [SimpleNamespace(name=name, kind=kind, required=required) for name, kind, required in fields]
    return cast("Any", SimpleNamespace(plugins={"toad": SimpleNamespace(manifest=SimpleNamespace(settings_form=form))}))


def test_the_test_says_that_something_is_still_to_be_chosen() -> None:
    here = services(("key", "secret", True), ("store", "remote", True), ("states", "map", False))
    assert names(here.plugins["toad"].manifest) == ("store", "states")
    step = chosen(here, account(key="k"))
    assert step is not None
    assert (step.ok, step.soft, step.problem and step.problem.code) == (False, True, "choices_missing")
    done = chosen(here, account(key="k", store="MSK-01"))
    assert done is not None
    assert done.ok
    assert chosen(services(("key", "secret", True), ("states", "map", False)), account()) is None

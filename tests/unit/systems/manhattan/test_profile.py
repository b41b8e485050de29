"""Mapping profiles: what is refused and where, what is made of the grammar, what is read in answers."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from b24app.systems.kit.json_lines import Doubled, line_at, lines_of, place_of
from b24app.systems.manhattan import PLUGIN
from b24app.systems.manhattan.answers import OddError, all_at, rows_at
from b24app.systems.manhattan.filters import FILTERS, Around, CannotError
from b24app.systems.manhattan.profile import DEFAULT, SAMPLES, BrokenError, Profile, checked, read_profile, words_of
from b24app.systems.manhattan.values import check_filters, filtered, in_address, in_query, plain, ref_of, value_of
from b24app.systems.profiles import LONGEST, Profiled
from tests.unit.systems.manhattan.profile_schema import json_schema

_SCHEMA = Path(__file__).resolve().parents[4] / "docs/systems/manhattan-profile.schema.json"
AROUND = Around("Asia/Yekaterinburg", {"units": {"шт": "Units", "1": True}})


def changed(*path: str | int, to: Any) -> str:
    """The default with one value replaced (… None as a text: left out)."""
    data = json.loads(DEFAULT)
    node = data
    for part in path[:-1]:
        node = node[part]
    if to == "…":
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return json.dumps(data, indent=2, ensure_ascii=False)


def value(node: Any, source: Any, write: Callable[[Any, str], str] = plain) -> Any:
    return value_of(node, source, AROUND, write)


def through(filters: str, given: Any) -> Any:
    ref = ref_of(f"a|{filters}")
    check_filters(ref.filters, AROUND)
    return filtered(given, ref.filters, AROUND)


def test_the_default_is_a_profile_and_the_schema_file_is_of_this_version() -> None:
    assert checked(DEFAULT)[1] == ()
    assert isinstance(PLUGIN, Profiled)
    assert json.loads(_SCHEMA.read_text(encoding="utf-8")) == json_schema()


OPERATION = ("operations", "create_shipment")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (changed("version", to=2), "version", "the number 1"),
        (changed("packed", to="…"), "", "“packed” is missing"),
        (changed("packed", to=["8000", "6000"]), "packed", "first is larger"),
        (changed("Packed", to=[]), "Packed", "Did you mean “packed”?"),
        (changed("auth", "grant", to="client_credentials"), "auth.grant", "It can be: password"),
        (changed("auth", "token_paths", to=["https://x.example/t"]), "auth.token_paths[0]", "begins with “/”"),
        (changed("headers", "Authorization", to="=x"), "headers.Authorization", "Waybill's own"),
        (changed("headers", "X Y", to="=x"), "headers.X Y", "cannot be a header"),
        (changed("paths", "error_text", to=["data"]), "paths.error_text[0]", "no path in an answer"),
        (changed("success", "http", to=[200, 404]), "success.http", "HTTP codes 2xx"),
        (changed("units", "weight", to="pud"), "units.weight", "kg, g, lb, oz"),
        (changed(*OPERATION, "method", to="DELETE"), "operations.create_shipment.method", "POST, PUT"),
        (changed(*OPERATION, "path", to="//evil.example/x"), "operations.create_shipment.path", "begins with “/”"),
        (changed(*OPERATION, "path", to="/a/../b"), "operations.create_shipment.path", "begins with “/”"),
        (changed(*OPERATION, "path", to="/a?b=1"), "operations.create_shipment.path", "begins with “/”"),
        (changed(*OPERATION, "path", to="/a/${shipment.extId}"), "operations.create_shipment.path", "externalId"),
        (changed(*OPERATION, "wrap", to="Dta"), "operations.create_shipment.wrap", "none, Data, data, xint"),
        (changed(*OPERATION, "body", "OrderType", to="B2C"), "operations.create_shipment.body.OrderType", "begins"),
        (
            changed(*OPERATION, "body", "OrderType", to="$shipment.externalId|shout"),
            "operations.create_shipment.body.OrderType",
            "no filter “shout”. There are: number, text, upper",
        ),
        (
            changed(*OPERATION, "body", "OrderType", to="$shipment.createdAt|local(Moon)"),
            "operations.create_shipment.body.OrderType",
            "“Moon” makes no sense",
        ),
        (
            changed(*OPERATION, "body", "OrderType", to="$shipment.externalId|truncate"),
            "operations.create_shipment.body.OrderType",
            "needs a value",
        ),
        (
            changed(*OPERATION, "body", "OrderType", to="$shipment.externalId|map(nobody)"),
            "operations.create_shipment.body.OrderType",
            "“nobody” makes no sense",
        ),
        (
            changed(*OPERATION, "body", "OrderType", to="$item.sku"),
            "operations.create_shipment.body.OrderType",
            "@each",
        ),
        (changed(*OPERATION, "body", "OrderType", to="@index1"), "operations.create_shipment.body.OrderType", "@each"),
        (
            changed(*OPERATION, "body", "OrderType", to="=${deal.id"),
            "operations.create_shipment.body.OrderType",
            "closed",
        ),
        (changed(*OPERATION, "body", "OrderType", to="$a..b"), "operations.create_shipment.body.OrderType", "no path"),
        (
            changed(*OPERATION, "body", "OriginalOrderLine", "@each", to="$ids"),
            "operations.create_shipment.body.OriginalOrderLine.@each",
            "$shipment.items",
        ),
        (changed("operations", "status", "rows", to="data"), "operations.status.rows", "$.data[0].OrderId"),
        (changed("operations", "status", "fields", "raw", to="…"), "operations.status.fields", "“raw” is missing"),
        (
            changed("operations", "status", "fields", "colour", to="$.C"),
            "operations.status.fields.colour",
            "There are:",
        ),
        (
            changed("operations", "status", "fields", "lines", "fields", "pickd", to="$.P"),
            "operations.status.fields.lines.fields.pickd",
            "picked",
        ),
        (changed("operations", "ship", to={}), "operations.ship", "There are:"),
        (changed("operations", "stock", to="…"), "operations", "“stock” is missing"),
        (changed("status_map", "order", 0, "status", to="gone"), "status_map.order[0].status", "created"),
        (changed("status_map", "order", 0, "when", to={"row": "1"}), "status_map.order[0].when.row", "raw"),
        (changed("status_map", "default", to="unknown"), "status_map.default", "unknown"),
        (changed("conditions", "damaged", to=["GOOD"]), "conditions.damaged[0]", "both good and damaged"),
        (changed("maps", "units", to={"a": []}), "maps.units.a", "a text, a number"),
        ("[]", "", "an object"),
        ('{"a": 1,}', "", "JSON breaks off"),
        ('{"version": 1, "version": 1}', "version", "there twice"),
        ('{"version": NaN}', "", "NaN"),
        ("[" * 40_000, "", "JSON breaks off"),
        (" " * (LONGEST + 1), "", "Too long"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, place: str, words: str) -> None:
    faults = checked(text)[1]
    said = [fault.words["en"] for fault in faults if fault.place == place]
    assert any(words in each for each in said), [(fault.place, fault.words["en"]) for fault in faults]
    assert all(fault.line >= 1 and fault.words["ru"] != fault.words["en"] for fault in faults)
    if text.strip():
        with pytest.raises(BrokenError):
            read_profile(text)


def test_a_fault_names_its_line() -> None:
    text = changed(*OPERATION, "body", "DestinationAddress", "City", to="Kazan")
    [fault] = checked(text)[1]
    assert '"City": "Kazan"' in text.splitlines()[fault.line - 1]
    [broken] = checked(DEFAULT.replace('"version": 1,', '"version": 1'))[1]
    assert '"auth"' in DEFAULT.splitlines()[broken.line - 1]


def test_lines_of_a_document() -> None:
    text = '{\n "a": [1,\n  {"b": "x,{}\\"[",\n   "c": null}],\n "d": {}\n}'
    lines = lines_of(text)
    assert lines == {
        (): 1, ("a",): 2, ("a", 0): 2, ("a", 1): 3, ("a", 1, "b"): 3, ("a", 1, "c"): 4, ("d",): 5,
    }  # fmt: skip
    assert line_at(lines, ("a", 1, "zz", "y")) == 3
    assert place_of(("a", 1, "b")) == "a[1].b"
    with pytest.raises(Doubled) as caught:
        lines_of('{"a": {"b": 1,\n "b": 2}}')
    assert (caught.value.path, caught.value.line) == (("a", "b"), 2)


def test_every_filter() -> None:
    assert set(FILTERS) == set("number text upper translit date local default map join truncate".split())  # noqa: SIM905
    assert [through("number", each) for each in ("2", 2.0, "2.50", "0,5", None, "")] == [2, 2, 2.5, 0.5, None, None]
    assert [through("text", each) for each in (7, True, None)] == ["7", "true", None]
    assert through("upper", "ёж-1") == "ЁЖ-1"
    assert through("translit", "Щукина Ёлка, 5") == "Shchukina Elka, 5"
    assert through("local(facilityTimeZone)", "2026-10-05T09:40:00+00:00") == "2026-10-05T14:40:00"
    assert through("local(Europe/Moscow)|date(%d.%m.%Y %H:%M)", "2026-10-05T23:40:00+00:00") == "06.10.2026 02:40"
    assert [through("default(P)", each) for each in (None, "", 0, "R")] == ["P", "P", 0, "R"]
    assert [through("map(units)", each) for each in ("шт", 1)] == ["Units", True]
    assert through("join(; )", ["a", None, "", 2]) == "a; 2"
    assert through("truncate(3)|upper", "abcdef") == "ABC"
    for filters, given, code in (
        ("number", "two", "no_number"), ("local(UTC)", "soon", "no_moment"), ("map(units)", "kg", "not_in_map"),
        ("date(%Y)", "x", "no_moment"),
    ):  # fmt: skip
        with pytest.raises(CannotError) as caught:
            through(filters, given)
        assert caught.value.code == code


def test_values_and_their_rows() -> None:
    source = {"a": {"b": [{"c": "x"}]}, "items": [{"sku": "S1", "qty": "2"}, {"sku": "S2", "qty": 1}]}
    assert value("$a.b[0].c", source) == "x"
    assert value("$a.b[7].c", source) is None
    assert value("=left ${a.b[0].c|upper} right", source) == "left X right"
    each = {"@each": "$items", "No": "@index1", "Id": "$item.sku", "N": "$item.qty|number", "Fixed": 1, "L": ["=y"]}
    assert value(each, source) == [
        {"No": "1", "Id": "S1", "N": 2, "Fixed": 1, "L": ["y"]},
        {"No": "2", "Id": "S2", "N": 1, "Fixed": 1, "L": ["y"]},
    ]
    assert value({"@each": "$nothing"}, source) == []


def test_nothing_leaves_its_place_in_a_query_or_an_address() -> None:
    source = {"id": "O'Hare", "ids": ["A-1", "B 2", "C'3"], "odd": "x/../y?z=1#"}
    query = "=Id = '${id}' and Ref ~ ${id} and K in (${ids})"
    assert value(query, source, in_query(False)) == "Id = 'O''Hare' and Ref ~ 'O''Hare' and K in (A-1,'B 2','C''3')"
    assert value("=K = 'x-${id}'", source, in_query(False)) == "K = 'x-O''Hare'"
    assert value("=K in (${ids})", {"ids": ["A"]}, in_query(True)) == "K in ('A')"
    assert value("=/o/${odd}", source, in_address) == "/o/x%2F..%2Fy%3Fz%3D1%23"


def test_answers_are_read_by_paths() -> None:
    document = {"data": [{"a": 1}, {"a": 2}], "e": [{"m": "x"}, {"m": None}]}
    assert all_at("$.data[*].a", document) == [1, 2]
    assert all_at("$.data[1].a", document) == [2]
    assert all_at("$.nothing[*].a", document) == []
    assert rows_at("$.data", document, "") == document["data"]
    assert rows_at("$", {"a": 1}, "") == [{"a": 1}]
    assert rows_at("$.d", {"d": None, "t": 0}, "$.t") == []
    for odd in (7, ["x"], [None], {"d": "x"}, {"d": None}, {"t": 3}):
        with pytest.raises(OddError):
            rows_at("$.d", odd, "$.t")


def test_success_is_more_than_a_status() -> None:
    profile = read_profile("")
    good = {"success": True, "data": {"OriginalOrderId": "1"}}
    assert profile.failure("create_shipment", 200, good) is None
    assert profile.failure("create_shipment", 200, {"data": {}}) is None
    for status, document in (
        (202, good), (200, {**good, "success": False}), (200, {"data": {"FailedRecords": [{}]}}),
    ):  # fmt: skip
        assert profile.failure("create_shipment", status, document) is not None
    data = json.loads(DEFAULT)
    data["operations"]["create_shipment"]["success"] = {"http": [202]}
    assert Profile(data).failure("create_shipment", 202, good) is None


def test_wrapping_and_queries_of_the_address() -> None:
    data: dict[str, Any] = copy.deepcopy(json.loads(DEFAULT))
    operation = data["operations"]["create_shipment"]
    operation |= {"wrap": "xint", "path": "/xint/api/async/outbound/send", "query": {"messageType": "=ANY ${deal.id}"}}
    assert checked(json.dumps(data))[1] == ()
    profile = Profile(data)
    built = profile.build("create_shipment", SAMPLES)
    assert profile.waits("create_shipment")
    assert built.params == {"messageType": "ANY 1057"}
    assert built.body["Payload"]["data"][0]["OriginalOrderId"] == "WB-1057-1"
    assert built.headers == {"SelectedOrganization": "ACME", "SelectedLocation": "MSK-01"}
    operation["wrap"] = "Data"
    assert [*Profile(data).build("create_shipment", SAMPLES).body] == ["Data"]


@pytest.mark.parametrize("trial", [each.code for each in PLUGIN.profile_trials("profile")])
def test_each_operation_is_tried_on_its_samples(trial: str) -> None:
    tried = PLUGIN.profile_try("profile", DEFAULT, trial, "", "")
    assert tried.faults == ()
    assert tried.request.partition(" ")[0] in ("GET", "POST", "PUT")
    assert "SelectedOrganization: ACME" in tried.request
    assert json.loads(tried.result)


def test_a_trial_says_what_went_wrong_and_where() -> None:
    def tried(text: str, trial: str, source: str = "", answer: str = "") -> list[tuple[str, int, str]]:
        found = PLUGIN.profile_try("profile", text, trial, source, answer)
        return [(fault.where, fault.line, fault.words["en"]) for fault in found.faults]

    assert tried("{", "status")[0][0] == "profile"
    assert tried(DEFAULT, "status", "{\n]")[0][:2] == ("source", 2)
    assert tried(DEFAULT, "status", "[]") == [("source", 1, "The sample has to be a JSON object")]
    assert tried(DEFAULT, "status", "", "{\n\n")[0][0] == "answer"
    [(where, line, words)] = tried(DEFAULT, "status", "", '{"rows": []}')
    assert (where, words) == ("profile", "The answer has no list at $.data")
    assert '"rows"' in DEFAULT.splitlines()[line - 1]
    odd = json.dumps({"shipment": {"createdAt": "soon"}})
    [(where, line, words)] = tried(DEFAULT, "create_shipment", odd)
    assert words == "“soon” is no date with a time"
    assert '"body"' in DEFAULT.splitlines()[line - 1]
    assert tried(DEFAULT, "no such trial") == []


def mangled(text: str, rng: random.Random) -> str:
    """A sample with some of its values replaced by odd ones."""
    document = json.loads(text)
    for _ in range(rng.randrange(1, 4)):
        node = document
        while isinstance(node, dict | list) and node:
            name = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
            if not node[name] or not isinstance(node[name], dict | list) or rng.random() < 0.4:
                node[name] = rng.choice([None, True, -1, "", "x", [], {}, [1], [None], {"a": 1}, "Moon/X", "../x"])
                break
            node = node[name]
    return json.dumps(document)


def test_no_sample_is_odd_enough_to_break_a_trial() -> None:
    """What people paste is of any shape: it is read, or it is a fault with its place."""
    rng = random.Random(7)
    for trial in PLUGIN.profile_trials("profile"):
        for _ in range(6):
            source, answer = mangled(trial.source, rng), mangled(trial.answer, rng)
            tried = PLUGIN.profile_try("profile", DEFAULT, trial.code, source, answer)
            assert tried.request or tried.faults, (trial.code, source)
            assert tried.result or tried.faults, (trial.code, answer)


def test_a_zone_or_a_list_that_is_none() -> None:
    source = {**SAMPLES, "connection": {"timeZone": "Moon/X"}}
    shipment = {**SAMPLES["shipment"], "items": "many"}
    for given, code in ((source, "no_zone"), ({**SAMPLES, "shipment": shipment}, "no_list")):
        with pytest.raises(CannotError) as caught:
            read_profile("").build("create_shipment", given)
        assert caught.value.code == code


def test_statuses_mean_what_the_map_says() -> None:
    profile = read_profile("")
    said = {raw: profile.order_status({"raw": raw, "rawMax": raw}) for raw in ("1000", "1001", "6999", "7000", "8999")}
    assert list(said.values()) == ["created", *["accepted_at_warehouse"] * 2, *["in_transit"] * 2]
    assert profile.order_status({"raw": "9000", "rawMax": "9000"}) == "cancelled"
    assert profile.order_status({"raw": "3000", "rawMax": "9000"}) == "accepted_at_warehouse"
    assert profile.order_status({"raw": "3000", "cancelled": True}) == "cancelled"
    assert profile.order_status({"raw": "9900", "rawMax": "9900"}) == ""
    assert [profile.is_packed(raw) for raw in ("5999", "6000", "8999", "9000")] == [False, True, True, False]
    assert [profile.is_picking(raw) for raw in ("", "3999", "4000", "9000")] == [False, False, True, True]
    assert profile.receipt_stage({"raw": "1000"}) == "in_transit"
    assert profile.receipt_stage({"raw": "3000", "receivedAt": "x"}) == "inspecting"


# --- what would take the memory or the time that all portals share ----------------------------------------------------


def nested(levels: int) -> Any:
    """Rows of the order in each of its rows, and so on."""
    node: Any = {"n": "@index1"}
    for _ in range(levels):
        node = {"@each": "$shipment.items", "below": node}
    return {"rows": node}


THREE: dict[str, Any] = {"shipment": {"items": [{}, {}, {}]}}


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (nested(24), THREE),
        ({"a": "=" + "${shipment.comment}" * 2000}, {"shipment": {"comment": "x" * 200_000}}),
        ({"a": ["$shipment.items"] * 1000}, {"shipment": {"items": ["x" * 90] * 2000}}),
        ({"a": "$shipment.comment|translit|translit"}, {"shipment": {"comment": "ы" * 2_000_000}}),
    ],
)
def test_a_template_that_would_fill_the_memory_is_no_call(body: Any, source: Any) -> None:
    text = changed(*OPERATION, "body", to=body)
    assert checked(text)[1] == ()
    with pytest.raises(CannotError, match="too_much"):
        Profile(json.loads(text)).build("create_shipment", {**SAMPLES, **source})


def test_the_editor_says_that_too_much_would_come_of_it() -> None:
    source = {**SAMPLES, **THREE}
    assert isinstance(PLUGIN, Profiled)
    tried = PLUGIN.profile_try(
        "profile", changed(*OPERATION, "body", to=nested(24)), "create_shipment", json.dumps(source), ""
    )
    assert [fault.words["en"] for fault in tried.faults] == ["Too much would come of this: millions of characters"]


def deep(levels: int) -> Any:
    node: Any = "=x"
    for _ in range(levels):
        node = {"a": node}
    return node


@pytest.mark.parametrize(
    ("path", "to", "code"),
    [
        ((*OPERATION, "body"), deep(60), "too_deep"),
        (("paths", "error_text"), ["$"] * 21, "too_many"),
        (("operations", "status", "fields", "raw"), ["$.a"] * 21, "too_many"),
        (("operations", "status", "fields", "raw"), "$.a" + "|translit" * 11, "too_many"),
        (("operations", "status", "fields", "raw"), f"$.a|join({'x' * 201})", "filter_argument"),
    ],
)
def test_a_profile_that_would_take_minutes_is_refused(path: tuple[str, ...], to: Any, code: str) -> None:
    params = {"most": 20 if isinstance(to, list) else 10, "name": "join", "argument": "x" * 200}
    assert [fault.words for fault in checked(changed(*path, to=to))[1]] == [words_of(code, params)]

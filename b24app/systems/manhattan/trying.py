"""The profile in the portal's editor: checked by line, tried on samples (`systems.profiles.Profiled`). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from b24app.systems.kit.json_lines import line_at, lines_of
from b24app.systems.manhattan import vocabulary as words
from b24app.systems.manhattan.answers import OddError
from b24app.systems.manhattan.filters import CannotError
from b24app.systems.manhattan.profile import DEFAULT, SAMPLES, Profile, checked, words_of, zone_of
from b24app.systems.profiles import ProfileFault, ProfileTrial, ProfileTried

_LISTS: Mapping[str, Any] = {
    "ids": ["WB-1057-1"], "skus": ["CUP-1", "TE-ASM-100"], "count": 1, "page": 0, "id": "WB-1057-1",
}  # fmt: skip


class Trying:
    """What a plug-in with a profile answers; `name` is its only profile."""

    def profile_default(self, name: str) -> str:  # noqa: ARG002 - the seam's shape
        return DEFAULT

    def profile_faults(self, name: str, text: str) -> tuple[ProfileFault, ...]:  # noqa: ARG002
        return checked(text)[1]

    def profile_trials(self, name: str) -> tuple[ProfileTrial, ...]:  # noqa: ARG002
        return tuple(
            ProfileTrial(code, spec.title, _shown(sample_of(code, spec)), _shown(SAMPLES["answers"][code]))
            for code, spec in words.OPERATIONS.items()
        )

    def profile_try(self, name: str, text: str, trial: str, source: str, answer: str) -> ProfileTried:
        data, faults = checked(text)
        if faults:
            return ProfileTried(faults=faults)
        samples = {each.code: each for each in self.profile_trials(name)}
        profile = Profile(data)
        if trial not in samples or not profile.has(trial):
            return ProfileTried()
        given, wrong = _sample(source or samples[trial].source, "source")
        if given is None:
            return ProfileTried(faults=wrong)
        request, wrong = _request(profile, text, trial, given)
        document, odd = _sample(answer or samples[trial].answer, "answer")
        if document is None:
            return ProfileTried(request, faults=(*wrong, *odd))
        result, odd = _result(profile, text, trial, given, document)
        return ProfileTried(request, result, (*wrong, *odd))


def sample_of(code: str, spec: words.Operation) -> dict[str, Any]:
    """As much of what we know as this operation may use."""
    roots = dict.fromkeys(name.partition(".")[0] for name in spec.sources)
    found = {root: SAMPLES.get(root, _LISTS.get(root)) for root in roots if root != "item"}
    if "receipt" in code and "id" in found:
        found["id"] = SAMPLES["receipt"]["externalId"]
    return found


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _sample(text: str, where: str) -> tuple[dict[str, Any] | None, tuple[ProfileFault, ...]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as broken:
        line = getattr(broken, "lineno", 1)
        why = {"why": getattr(broken, "msg", str(broken)[:80])}
        return None, (ProfileFault(line, "", words_of("json", why), where),)
    if not isinstance(found, dict):
        return None, (ProfileFault(1, "", words_of("sample", {}), where),)
    return found, ()


def _request(
    profile: Profile, text: str, trial: str, source: Mapping[str, Any]
) -> tuple[str, tuple[ProfileFault, ...]]:
    try:
        built = profile.build(trial, source)
    except CannotError as wrong:
        return "", (_at(text, trial, wrong),)
    query = "&".join(f"{name}={value}" for name, value in built.params.items())
    lines = [f"{built.verb} {built.path}{'?' if query else ''}{query}"]
    lines += [f"{name}: {value}" for name, value in built.headers.items()]
    return "\n".join(lines) + (f"\n\n{_shown(built.body)}" if built.body is not None else ""), ()


def _result(
    profile: Profile, text: str, trial: str, source: Mapping[str, Any], document: dict[str, Any]
) -> tuple[str, tuple[ProfileFault, ...]]:
    """What the program would make of the answer, under HTTP 200."""
    failure = profile.failure(trial, 200, document)
    if failure is not None:
        return _shown({"refused": {"codes": failure.codes, "texts": failure.texts}}), ()
    if words.OPERATIONS[trial].writes:
        return _shown({"accepted": profile.new_id(trial, document, source) or True}), ()
    try:
        rows = profile.rows(trial, document, zone_of(source))
    except CannotError as wrong:
        return "", (_at(text, trial, wrong, "fields"),)
    except OddError:
        path = profile.data["operations"][trial]["rows"]
        return "", (_at(text, trial, CannotError("no_rows", given=path), "rows"),)
    return _shown([_meant(profile, trial, row) for row in rows]), ()


def _meant(profile: Profile, trial: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row with what it says to us."""
    if trial == "status":
        packed = profile.is_packed(str(row.get("raw") or ""))
        return {**row, "→ status": profile.order_status(row) or "unknown", "→ packed": packed}
    if trial == "receipt":
        return {**row, "→ stage": profile.receipt_stage(row) or "unknown"}
    if trial == "order_statuses":
        return {**row, "→ status": profile.order_status({"raw": row.get("code"), "rawMax": row.get("code")})}
    return row


def _at(text: str, trial: str, wrong: CannotError, part: str = "body") -> ProfileFault:
    """The operation's own line: a value that cannot be made is not tied to one place."""
    line = line_at(lines_of(text), ("operations", trial, part))
    return ProfileFault(line, f"operations.{trial}.{part}", words_of(wrong.code, wrong.params))

"""Deal fields as the page shows them: which of them plays which role, which could, and what became of them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from b24app.bitrix24.drift import BROKEN, KNOWN, LOST, Drifted, drifts
from b24app.bitrix24.fields import BOOLEAN, PortalField, kept
from b24app.bitrix24.fields import KEY as FIELDS
from b24app.bitrix24.fitting import KINDS, NEEDED, READ, guessed_kinds, misfit, values_of
from b24app.bitrix24.own_fields import OWN, POINT_FIELD, is_own, of_role, point_field
from b24app.flows.snapshot import WRITTEN, Role
from b24app.frames.formats import Formats
from b24app.store.faces.portal import PortalFacts
from b24app.store.field_wishes import KEY as WISHES
from b24app.store.field_wishes import STEP, Wish, WishKind, wishes_of

#: Value of a choice: our own field. The others are names of the portal's fields, "" = none.
OURS = "own"
#: The field of our own type for the point.
TYPED = "typed"
#: Beginnings of the form's names: a role's field, and what a value of the TYPE field means.
ROLE, MEANS = "role_", "means_"


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """`why` says in words why the field cannot be chosen; `gone`: chosen once, and the portal no longer has it."""

    value: str
    label: str
    chosen: bool = False
    why: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value of the TYPE field and the kind of delivery it stands for ("" = the manager is asked)."""

    value: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role. `offered` may play it, `refused` may not; `error` is a key of the `fields.wrong.*` words."""

    role: str
    offered: tuple[FieldChoice, ...]
    refused: tuple[FieldChoice, ...]
    error: str = ""
    meanings: tuple[Meaning, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftCard:
    """`what` and `role` are keys of words; `acts` what can be pressed beside choosing below (own | name | keep)."""

    role: str
    what: str
    was: str
    now: str
    why: str
    values: tuple[str, ...]
    written: bool
    own: bool
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """`failed`: why the last reading did not work, as the installer keeps it (`why|their words`). `unsaved`: it shows
    what was chosen and is not stored."""

    read: tuple[RoleRow, ...]
    written: tuple[RoleRow, ...]
    drifted: tuple[DriftCard, ...]
    known: bool
    reading: bool
    failed: tuple[str, str] | None
    version: str
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False
    unsaved: bool = False


def fields_page(
    facts: PortalFacts,
    formats: Formats,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    saved: bool = False,
) -> FieldsPage:
    """`typed` is what the person chose and has not saved yet; `errors` by role."""
    there = kept(facts.settings)
    chosen = {role: _chosen(role, facts, typed) for role in (*READ, *WRITTEN)}
    wrong = errors or {}

    def rows(roles: Sequence[Role]) -> tuple[RoleRow, ...]:
        return tuple(_row(role, chosen[role], there, facts, formats, typed, wrong) for role in roles)

    return FieldsPage(
        read=rows(READ),
        written=rows(WRITTEN),
        drifted=tuple(_card(each, formats) for each in drifts(facts.roles, facts.settings)),
        known=bool(there),
        reading=is_reading(facts),
        failed=_failed(facts),
        version=version(facts),
        errors=wrong,
        saved=saved,
        unsaved=typed is not None,
    )


def version(facts: PortalFacts) -> str:
    """Differs as soon as the portal's fields, what is chosen, or how far their reading came, do."""
    settings = facts.settings
    kept_here = [settings.get(key) for key in (FIELDS, LOST, WISHES)]
    shown = [kept_here, sorted(facts.roles.items()), [(row.step, row.state) for row in facts.steps]]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def is_reading(facts: PortalFacts) -> bool:
    """Whether the fields are being read or mended right now, or will be in a moment."""
    step = facts.step(STEP)
    wanted = bool(wishes_of(facts.settings))
    if step is None:
        return wanted
    return step.is_open or (wanted and step.state != "failed")


def broken(facts: PortalFacts) -> int:
    """How many roles do not work because of what became of their fields."""
    return sum(each.what in BROKEN for each in drifts(facts.roles, facts.settings))


def mapped(facts: PortalFacts) -> int:
    """How many roles are played by the portal's own fields."""
    return sum(bool(name) and not is_own(Role(role), name) for role, name in facts.roles.items() if role in set(Role))


def _failed(facts: PortalFacts) -> tuple[str, str] | None:
    step = facts.step(STEP)
    if step is None or step.state != "failed":
        return None
    why, _, said = step.words.partition("|")
    return why or "silent", said


def _chosen(role: Role, facts: PortalFacts, typed: Mapping[str, str] | None) -> str:
    if typed is not None:
        return typed.get(ROLE + role.value, "")
    wishes = wishes_of(facts.settings)
    asked = any(wish.role is role and wish.kind is WishKind.OWN for wish in wishes)
    name = facts.roles.get(role.value)
    if role is Role.POINT and (Wish(role, WishKind.TYPED) in wishes or name in POINT_FIELD.names):
        return TYPED
    if asked or (name is None and role in OWN) or (name and is_own(role, name)):
        return OURS
    return name or ""


def _row(
    role: Role,
    chosen: str,
    there: Sequence[PortalField],
    facts: PortalFacts,
    formats: Formats,
    typed: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> RoleRow:
    ours = {*(OWN[role].names if role in OWN else ()), *(POINT_FIELD.names if role is Role.POINT else ())}
    theirs = [each for each in there if each.name not in ours]
    offered = [*_fixed(role, chosen, there, formats), *_typed(role, chosen, there, facts, formats)]
    offered += _theirs(role, chosen, theirs, facts)
    refused = [
        FieldChoice(each.name, each.title, why=misfit_words(role, each, formats))
        for each in theirs
        if misfit(role, each) and each.name != chosen
    ]
    meanings = tuple(_meanings(chosen, there, facts, typed, formats)) if role is Role.TYPE else ()
    return RoleRow(role.value, tuple(offered), tuple(refused), errors.get(role.value, ""), meanings)


def _fixed(role: Role, chosen: str, there: Sequence[PortalField], formats: Formats) -> Iterator[FieldChoice]:
    """None, where a role may go without; and our own field, also one that is still to be made."""
    if role not in NEEDED:
        yield FieldChoice("", formats.words(f"fields.none.{role.value}"), chosen == "")
    if role in OWN:
        made = of_role(role, there)
        title = made.title if made else formats.words(f"fields.role.{role.value}")
        yield FieldChoice(OURS, formats.words("fields.own" if made else "fields.own_new", title=title), chosen == OURS)


def _typed(
    role: Role, chosen: str, there: Sequence[PortalField], facts: PortalFacts, formats: Formats
) -> Iterator[FieldChoice]:
    """The point as a field of our own type, where the portal has told which app we are."""
    if role is Role.POINT and (facts.settings.get("app_id") or chosen == TYPED):
        key = "fields.typed" if point_field(there) else "fields.typed_new"
        yield FieldChoice(TYPED, formats.words(key), chosen == TYPED)


def _theirs(role: Role, chosen: str, theirs: Sequence[PortalField], facts: PortalFacts) -> Iterator[FieldChoice]:
    for each in theirs:
        if not misfit(role, each) or each.name == chosen:
            yield FieldChoice(each.name, each.title, each.name == chosen)
    if chosen not in ("", OURS, TYPED) and chosen not in {each.name for each in theirs}:
        known = facts.settings.get(KNOWN, {}).get(role.value, {})
        yield FieldChoice(chosen, known.get("title") or chosen, True, gone=True)


def misfit_words(role: Role, each: PortalField, formats: Formats) -> str:
    """Why this field cannot play the role, as a sentence."""
    why = misfit(role, each)
    kinds = ", ".join(kind_words(kind, formats) for kind in KINDS[role])
    words = formats.words(f"fields.misfit.{why.value}", kind=kind_words(each.kind, formats), kinds=kinds) if why else ""
    return str(words)


def kind_words(kind: str, formats: Formats) -> str:
    """The type of a field as people name it; `rest_…` are types of other apps."""
    known = "app" if kind.startswith("rest_") else kind
    return str(formats.words(f"fields.kind.{known if known in _KINDS else 'other'}"))


_KINDS = frozenset(
    {"string", "integer", "double", "boolean", "date", "datetime", "money", "url", "address", "enumeration", "file"}
    | {"employee", "crm_status", "crm", "iblock_section", "iblock_element", "app"}
)


def _meanings(
    chosen: str, there: Sequence[PortalField], facts: PortalFacts, typed: Mapping[str, str] | None, formats: Formats
) -> Iterator[Meaning]:
    found = type_field(chosen, there)
    if found is None:
        return
    said = meanings_of(found, facts, typed)
    own_words = {"Y": formats.words("fields.yes"), "N": formats.words("fields.no")}
    for value, title in values_of(found):
        yield Meaning(value, title or str(own_words[value]), said.get(value, ""))


def type_field(chosen: str, there: Sequence[PortalField]) -> PortalField | None:
    """The field behind a choice for the TYPE role; None for none and for one that is still to be made."""
    if chosen == OURS:
        return of_role(Role.TYPE, there)
    found = next((each for each in there if each.name == chosen), None)
    return found if found and not misfit(Role.TYPE, found) else None


def meanings_of(found: PortalField, facts: PortalFacts, typed: Mapping[str, str] | None) -> Mapping[str, str]:
    """As typed; as it was said of this very field; else as its texts speak."""
    if typed is not None and any(MEANS + value in typed for value, _ in values_of(found)):
        return {value: typed.get(MEANS + value, "") for value, _ in values_of(found)}
    if facts.roles.get(Role.TYPE.value) == found.name:
        said: Mapping[str, str] = facts.settings.get("delivery_types", {})
        return said
    return {} if found.kind == BOOLEAN else guessed_kinds(found)


def _card(each: Drifted, formats: Formats) -> DriftCard:
    can = each.role in OWN
    acts = {
        "gone": ("own",) if can else (),
        "misfit": ("own",) if can else (),
        "renamed": ("name", "keep"),
        "values": (),
    }
    return DriftCard(
        role=each.role.value,
        what=each.what.value,
        was=each.was,
        now=kind_words(each.now, formats) if each.misfit else each.now,
        why=str(formats.words(f"fields.changed.{each.misfit.value}")) if each.misfit else "",
        values=each.values,
        written=each.role in WRITTEN,
        own=each.own,
        acts=acts[each.what.value],
    )

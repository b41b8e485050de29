"""The address panel as facts, for pictures without a portal: a city that the carrier does not know (mockup 03)."""

from __future__ import annotations

from b24app.flows.snapshot import Role
from b24app.frames.formats import Formats
from b24app.logistics.addressing.parts import Part
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem, Who
from b24app.store.audit import Change
from b24app.store.faces.deal_facts import (
    ProblemFacts,
)
from placements.problem_words import problem_view
from placements.tab_address_view import (
    Held,
    Line,
    Panel,
    change_lines,
    full_line,
    offers_of,
    typed,
    values_of,
    words_of,
)
from tests.browser.pages.states import at

SENT = "420111, Казнь, ул Баумана 44/8к2 кв12, домофон 12К4582, звонить с угла"
UNKNOWN = Problem(
    "city_unknown",
    Field.ADDRESS,
    Who.MANAGER,
    "v2_recipient_location_not_recognized",
    "Не удалось определить населенный пункт получателя",
    {"city": "Казнь"},
)
CHECKED = CheckedAddress(
    offered=(City("424", "Казань", "Республика Татарстан"), City("1170", "Казанка", "Самарская область")),
    problem=UNKNOWN,
)


def panel(formats: Formats, carrier: str) -> Panel:
    """Half-way: the first offer is chosen, one word waits, a colleague's correction is in the history."""
    held = Held({Role.ADDRESS: SENT, Role.COMMENT: "", Role.PHONE: ""}, {Role.PHONE: "+7 900 000-14-62"})
    values, unplaced = values_of(held)
    values |= {Part.CITY: "Казань", Part.REGION: "Республика Татарстан"}
    refusal = problem_view(ProblemFacts(UNKNOWN, at(12, 11, 31), None), formats, carrier, {})
    before = (Change(Role.ADDRESS.value, "Казнь, Баумана 44", SENT),)
    titles = {Role.ADDRESS.value: formats.words("address.role.address")}
    lines = change_lines([(at(11, 9, 8), "Пётр Вересаев", before)], formats, titles)
    refused = Line("red", "cross-circle", refusal.title, at(12, 11, 31), text=UNKNOWN.their_text)
    return Panel(
        title=refusal.title.rstrip("."),
        text=refusal.advice,
        problem=refusal,
        carrier=carrier,
        words=words_of(SENT, [UNKNOWN], CHECKED, formats),
        fields=typed(values, held, formats),
        country="",
        category=0,
        unplaced=unplaced,
        line=full_line(values, with_comment=False),
        held=held,
        was={role.value: held.of(role) for role in held.roles},
        lines=(refused, *lines),
        offers=offers_of(CHECKED, carrier, formats, 1),
        tel="+79000001462",
    )

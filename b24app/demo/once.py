"""`waybill demo --once`: a portal ships all its deals with CDEK, another one sixty deals with six carriers; a third
one twenty through a warehouse and a carrier each; all are followed to their ends, then the tables are printed. Clients
of the first portal are told of each step by SMS. Last, goods come back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from b24app.demo import table
from b24app.demo.chains import Chains
from b24app.demo.clients import Clients
from b24app.demo.house import House, Plan
from b24app.demo.returns import Returns
from b24app.demo.six import Six
from b24app.demo.teller import Say, Teller


def main(var: Path, _port: int, say: Say) -> int:
    """0 only if every deal ended as it should, and the tab showed all six carriers."""
    shutil.rmtree(var, ignore_errors=True)
    say("Starting the emulated world, Redis, the database, pages, hooks and a worker…")
    with House(Plan(var)) as house:
        cdek = Teller(house, say)
        clients = Clients(house, say, cdek.member)
        first = _tell(cdek, say, "Installing Waybill on the first portal, connecting CDEK and an SMS gateway…", clients)
        told = clients.tell()
        six = Six(house, say)
        second = _tell(six, say, "On the second portal: six carriers, a rule for each…")
        both = _side_by_side(six, say)
        chains = Chains(house, say)
        third = _tell(chains, say, "On the third portal: four warehouses, 1C:TMS and other carriers in chains…")
        back = Returns(house, say, six, chains).tell()
        return 0 if first and told and second and both and third and back else 1


def _tell(teller: Teller, say: Say, words: str, clients: Clients | None = None) -> bool:
    say(words)
    teller.set_up()
    if clients is not None:
        clients.set_up()
    say(f"Moving {len(teller.stories)} deals to «Передано на отгрузку»…")
    teller.move()
    teller.wait_for_answers()
    say("Managers fix what carriers and we refused…")
    teller.fix()
    say("Parcels travel; the clock of the emulated world runs ahead…")
    teller.travel()
    stories = teller.finished()
    say(table.draw(stories))
    good = sum(story.as_it_should for story in stories)
    say(f"{good} of {len(stories)} deals ended as they should.")
    return good == len(stories)


def _side_by_side(six: Six, say: Say) -> bool:
    """What a manager sees of all six in one deal's tab."""
    rates, points = six.side_by_side()
    say("Rates in one tab: " + _told(rates, six.codes))
    say("Points on one map of Kazan: " + _told({code: str(n) for code, n in points.items()}, six.codes))
    return set(rates) == set(points) == set(six.codes)


def _told(found: dict[str, str], codes: Sequence[str]) -> str:
    return ", ".join(f"{code} {found.get(code, 'NOTHING')}" for code in codes)

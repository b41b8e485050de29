"""What a system's test says of its system: data, and where their calls are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from b24app.logistics.status import Incident, Status
from b24app.wire.calls import Call
from tests.contract.systems.parts import Shape, Where


class Facts:
    """A new system's test is this data; what it does not say is as usual."""

    code = ""
    #: Of the tests, where a system is driven twice (two APIs); "" = its code. `stories`: the files of the suite that
    #: it is driven through (`orders`, …); empty = all.
    name = ""
    stories: tuple[str, ...] = ()
    mode = "test"
    #: Of the account beside the credentials, which `credentials` takes from the emulator's addresses.
    settings: Mapping[str, Any] = {}
    #: Our setting's name -> the key in `addresses[code]["accounts"][0]`.
    credentials: Mapping[str, str] = {}
    #: (a setting, a wrong value, the step of the connection test that fails for it). The first is refused by all calls.
    wrong_keys: tuple[tuple[str, str, str], ...] = ()
    #: The path that is asked for a token, where there is one.
    token_path = ""

    # --- where their calls are: globs of the path; `*_contains` are words of the body, where one path serves all ------
    #: The call that makes an order (of several the last one, after which it exists).
    create_path = ""
    create_method = "POST"
    create_contains = ""
    #: All calls of a creation that leave something there, in their order; empty = only the one above.
    create_steps: tuple[Where, ...] = ()
    #: The (first) one that looks an order up by our number.
    find_path = ""
    find_method = "GET"
    find_contains = ""
    #: The one that reads one order; `{id}` (also in the words) is its remote id.
    read_path = ""
    read_method = "GET"
    read_contains = ""
    #: The one that reads many; "" = as one is read.
    many_path = ""
    many_method = "POST"
    many_contains = ""
    #: The one that prices.
    price_path = ""
    price_method = "*"
    price_contains = ""
    #: The one that cancels an order.
    cancel_path = ""
    cancel_method = "*"
    cancel_contains = ""

    #: Those of the other ports (`{id}` as above): `points`, `papers` (fetches the file), `changes`, `returns`,
    #: `couriers`, `handovers`, `feed`, `confirm`, `address`.
    others: Mapping[str, Where] = {}

    # --- what happens to orders ---------------------------------------------------------------------------------------
    #: Our status -> the step that brings the emulator's order there (`POST /<code>/orders/<key>/status`). At least
    #: accepted_at_warehouse (unless nobody tells of it), in_transit, out_for_delivery (or ready_for_pickup), delivered.
    moves: Mapping[str, Mapping[str, Any]] = {}
    #: Where a failed attempt can be told: the step, and the incident that it means.
    failed_attempt: tuple[Mapping[str, Any], Incident] | None = None
    #: Emulated routes that end in a status of ours; one that the API cannot tell of is left out.
    routes: Mapping[str, Status] = {
        "delivered": Status.DELIVERED,
        "returned": Status.RETURNED,
        "lost": Status.LOST,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    #: Every documented error shape of the creation.
    shapes: tuple[Shape, ...] = ()

    # --- what is honestly different -----------------------------------------------------------------------------------
    #: An order is pending first, until the emulator decides.
    decides_later = False
    #: A look-up shows recipient and parcels, by which an order is known as ours (else the recipient's name alone).
    shows_people = True
    #: The API takes a second order of one number: only the look-up before it prevents that.
    takes_twice = False
    #: Whether it knows cities: an unknown one is refused before anything is sent.
    knows_cities = True
    #: After a cancellation the order is gone (else it is there, cancelled).
    cancelled_is_gone = False
    #: Money can be collected from the recipient.
    takes_cod = True
    #: What is read in bulk names our number (else only the remote id), and has the whole history (else the newest).
    tells_numbers = True
    bulk_tells_history = True
    #: The feed tells of the usual order (else of another service's, whose tests are its own).
    feed_tells = True
    #: What was changed can be read back.
    shows_changes = True
    #: Orders that are read together are still a call each: one that fails leaves the others.
    reads_apart = False
    #: From here on an order is not cancelled any more (a name of `moves`).
    too_late = "accepted_at_warehouse"
    #: Points say when they are open, and what they take.
    tells_hours = True
    tells_limits = True
    #: So many points at once are in memory at most.
    page_most = 1000
    #: A courier can be called off, and what is handed over cannot be cancelled any more.
    couriers_cancel = True
    handed_over_is_final = True
    #: A return takes our number (else the order that it belongs to is asked, whenever it is to be made).
    returns_by_number = True
    #: Callbacks are ordered by a call (else somebody enters the address in their cabinet).
    subscribes = True
    #: A created order has a page where a client follows it.
    has_tracking_page = True
    #: The usual service gives what the manifest names beside carrying (else another one of the system does).
    gives_extras = True
    #: … and a number of the carrier (a warehouse has none yet).
    gives_tracking = True
    #: An order shows what became of it from the beginning (else the present alone, and one has to look each time).
    tells_history = True
    #: Articles that lie there in plenty, the one of which a single piece is left, one that nobody has heard of.
    in_stock: tuple[str, ...] = ("CF-ETH-1000", "TE-ASM-100")
    scarce = "KID-DOLL"
    unheard_of = "NO-SUCH-ARTICLE"
    #: A document of the same key is the same whatever its bytes (else other bytes are refused).
    files_anew = True
    #: Settings whose lists are those of another interface of theirs.
    lists_elsewhere: tuple[str, ...] = ()

    def creating(self) -> Where:
        return Where(self.create_path, self.create_method, self.create_contains)

    def finding(self) -> Where:
        return Where(self.find_path, self.find_method, self.find_contains)

    def reading(self, remote_id: str) -> Where:
        path, words = (text.replace("{id}", remote_id) for text in (self.read_path, self.read_contains))
        return Where(path, self.read_method, words)

    def cancelling(self, remote_id: str) -> Where:
        path, words = (text.replace("{id}", remote_id) for text in (self.cancel_path, self.cancel_contains))
        return Where(path, self.cancel_method, words)

    def at(self, what: str, remote_id: str = "") -> Where:
        """Where a port's calls go (`others`)."""
        where = self.others[what]
        return replace(
            where, path=where.path.replace("{id}", remote_id), contains=where.contains.replace("{id}", remote_id)
        )

    def pricing(self) -> Where:
        return Where(self.price_path, self.price_method, self.price_contains)

    def reading_many(self, remote_ids: Sequence[str]) -> Where:
        """The call of a batch; where there is none, the one that reads the first."""
        if self.many_path:
            return Where(self.many_path, self.many_method, self.many_contains)
        return self.reading(remote_ids[0])

    def signs_in(self, url: str) -> bool:
        return bool(self.token_path) and fnmatchcase(urlsplit(url).path, self.token_path)

    def creates(self, call: Call) -> bool:
        """Whether this call makes an order."""
        said = f"{call.params} {call.json} {call.body!r}"
        here = fnmatchcase(urlsplit(call.url).path, self.create_path) and call.verb == self.create_method
        return here and self.create_contains in said

"""Every method of the emulated API: path under ``/api/v1`` -> handler."""

from __future__ import annotations

from flask import Flask

from .core import Pek
from .rules import after, branches, dates, lists, orders, price, tracking, zones
from .wire import Handler, create_app

POSTS: dict[str, Handler] = {
    "/calculator/calculateprice/": price.calculate,
    "/calculator/checkdeliverydate/": dates.delivery_dates,
    "/branches/all/": branches.all_branches,
    "/branches/nearestdepartments/": zones.nearest_departments,
    "/branches/findzonebyaddress/": zones.zone_by_address,
    "/branches/findzonebycoordinates/": zones.zones_by_coordinates,
    "/branches/suggestaddressofintakeordelivery/": zones.suggest,
    "/branches/checkpickupdate/": dates.pickup_dates,
    "/branches/departmentslimit/": zones.limits,
    "/branches/checknocalcservices/": zones.uncounted_services,
    "/preregistration/submit/": orders.submit,
    "/preregistration/availabletypebarcode/": lists.barcodes,
    "/cargopickup/status/": tracking.pickups,
    "/order/print/": after.print_order,
    "/order/cancellation/": after.cancel,
    "/cargos/status/": tracking.full,
    "/cargos/basicstatus/": tracking.basic,
    "/cargos/currentstatus/": tracking.current,
    "/cargos/statusfullhistory/": tracking.history,
    "/cargos/statustables/": tracking.table,
    "/cargos/deliverystatus/": tracking.deliveries,
    "/cargos/cancelandreturncargo/": after.cancel_and_return,
    "/cargos/listallorderbylogin/": orders.list_all,
    "/cargosdocuments/order/": after.order_document,
    "/cargosdocuments/getcontent/": after.document,
    "/notification/cargosubscribe/": lists.subscribe,
    "/counterparts/confirmedaccesstocounterparties/": lists.confirmed,
    "/counterparts/connecteddiscountsservicesagreements/": lists.agreements,
    "/counterparts/legalformtypes/": lists.legal_forms,
    "/cargocontent/all/": lists.contents,
    "/currency/all/": lists.currencies,
    "/auth/createtokentoaccessprivatedata/": lists.private_token,
    "/auth/profiledata/": lists.profile,
}
GETS: dict[str, Handler] = {
    "/typesOfDelivery/all/": lists.products,
    "/clientpackingkind/all/": lists.packing,
}


def app_of(pek: Pek) -> Flask:
    return create_app(pek, POSTS, GETS)

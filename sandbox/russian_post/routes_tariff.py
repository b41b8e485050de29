"""The public tariff service's addresses (§6.2): no sign-in, GET or a POST of JSON."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request

from sandbox.kernel.gate import CALL_KEY

from .core import Post
from .errors import Refused
from .rules import public


def create_tariff_app(post: Post) -> Flask:
    """The WSGI application of ``tariff.pochta.ru`` and ``delivery.pochta.ru``."""
    app = Flask("sandbox.russian_post.tariff")
    app.register_error_handler(Refused, lambda problem: _answer(problem.body, problem.status))

    def calculated(*, price: bool, term: bool) -> Response:
        asked = _query()
        request.environ[CALL_KEY].update(key=asked.get("object", request.path))
        return _answer(public.calculate(post, asked, price=price, term=term))

    @app.route("/v2/calculate/tariff/delivery", methods=["GET", "POST"])
    def price_and_term() -> Response:
        return calculated(price=True, term=True)

    @app.route("/v2/calculate/tariff", methods=["GET", "POST"])
    def price() -> Response:
        return calculated(price=True, term=False)

    @app.route("/v2/calculate/delivery", methods=["GET", "POST"])
    def term() -> Response:
        return calculated(price=False, term=True)

    @app.get("/v2/dictionary/<any(category, service, country):name>")
    @app.get("/v2/dictionary/<path:name>")
    def dictionary(name: str) -> Response:
        try:
            return _answer(public.dictionary(name))
        except KeyError:
            request.environ[CALL_KEY].update(unknown=True)
            return _answer({"errors": [{"msg": f"Словарь {name} не эмулируется", "code": 1367, "type": 3}]}, 404)

    return app


def _query() -> dict[str, str]:
    if request.method == "GET":
        return request.args.to_dict()
    data = request.get_json(force=True, silent=True)
    if not isinstance(data, dict):
        raise Refused(400, {"errors": [{"msg": "Ожидается объект JSON", "code": 1200, "type": 3}]})
    return request.args.to_dict() | {str(name): _text(value) for name, value in data.items()}


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _answer(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data, ensure_ascii=False), status, content_type="application/json; charset=utf-8")

"""Addresses of documents and labels (§9)."""

from __future__ import annotations

from flask import Flask, Response, request

from .core import Post
from .rules import forms
from .wire import account, file, note

_ZIP = "application/zip"


def add(app: Flask, post: Post) -> None:
    """Register them."""

    @app.get("/1.0/forms/<int:number>/<any(f7pdf, f112pdf, forms):form>")
    def of_order(number: int, form: str) -> Response:
        note(key=str(number))
        with post.lock:
            return file(forms.of_order(post, account(), number, form, request.args), f"{form}-{number}.pdf")

    @app.get("/1.0/forms/backlog/<int:number>/forms")
    def before_batching(number: int) -> Response:
        with post.lock:
            return file(forms.before_batching(post, account(), number, request.args), f"forms-{number}.pdf")

    @app.get("/1.0/forms/<name>/f103pdf")
    def f103(name: str) -> Response:
        with post.lock:
            return file(forms.f103(post, account(), name), f"F103-{name}.pdf")

    @app.get("/1.0/forms/<name>/zip-all")
    def everything(name: str) -> Response:
        with post.lock:
            return file(forms.everything(post, account(), name, request.args), f"batch-{name}.zip", _ZIP)

    @app.get("/1.0/forms/<name>/completeness-checking-form")
    def inspection_act(name: str) -> Response:
        with post.lock:
            return file(forms.inspection_act(post, account(), name), f"act-{name}.pdf")

    @app.get("/1.0/forms/<barcode>/easy-return-pdf")
    def easy_return(barcode: str) -> Response:
        with post.lock:
            return file(forms.easy_return(post, account(), barcode, request.args), f"return-{barcode}.pdf")

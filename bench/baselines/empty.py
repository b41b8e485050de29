"""A Flask view that does nothing at all."""

from flask import Flask

app = Flask(__name__)


@app.route("/b24/events", methods=["POST", "HEAD"])
def events() -> tuple[str, int]:
    """Answer 200."""
    return "", 200

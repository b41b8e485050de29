"""Files of static/ are read whole and closed before the answer begins."""

from pathlib import Path

import psutil
from flask import Flask

from b24app.frames import assets


def test_a_file_does_not_stay_open_for_whoever_hangs_up(tmp_path: Path) -> None:
    """A server may never close the answer of a client that is gone (werkzeug's own reads its socket first)."""
    (tmp_path / "some.js").write_text("let some = 1;\n" * 200)
    app = Flask("assets", static_folder=str(tmp_path), static_url_path="/static")
    assets.install(app)
    answer = app.test_client().get("/static/some.js", headers={"Accept-Encoding": "gzip"})
    assert [each.path for each in psutil.Process().open_files() if each.path.startswith(str(tmp_path))] == []
    assert answer.headers["Content-Encoding"] == "gzip"
    answer.close()

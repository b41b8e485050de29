"""``python -m sandbox``: prints its addresses, ends on a signal, and leaves no child behind when it is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests


def _start(var: Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [sys.executable, "-m", "sandbox", "--only", "cdek", "--var", str(var)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("\n}"):
        line = process.stdout.readline()
        assert line, text
        text += line
    return process, json.loads(text)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_the_sandbox(tmp_path: Path, number: signal.Signals) -> None:
    process, addresses = _start(tmp_path)
    url = addresses["cdek"]["base_url"]
    assert requests.get(url + "/v2/orders", timeout=5).status_code == 401
    process.send_signal(number)
    assert process.wait(30) == (-9 if number is signal.SIGKILL else 0)
    assert process.stdout is not None
    process.stdout.close()
    deadline = time.monotonic() + 30
    while _answers(url):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=1)
    except requests.ConnectionError:
        return False
    return True

"""A child that ends with its parent, also when the parent is killed with SIGKILL.

Linux only (`prctl(PR_SET_PDEATHSIG)`); elsewhere a killed parent leaves its children, and pid files find them again.
The signal comes when the *thread* that started the child ends, so start children from a thread that stays.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# Loaded here, not after the fork: a child of a threaded parent must not load libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tether(death_signal: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn` for `subprocess.Popen`. It runs after the change of user, which would clear the setting."""
    parent = os.getpid()

    def in_child() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return in_child

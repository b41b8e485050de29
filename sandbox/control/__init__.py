"""The control API: reset, seed, clock, faults, journal, coverage, and each system's own switches."""

from .app import create_control
from .client import Control, ControlError, NearControl
from .members import LocalMember, Member, RemoteMember

__all__ = ["Control", "ControlError", "LocalMember", "Member", "NearControl", "RemoteMember", "create_control"]

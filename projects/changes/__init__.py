"""
Watching plans over time: what is new, gone, further, moved or changed between two registers or atlases.

Nothing is deleted from a register: a project that the newer one no longer has keeps the date at which it was last seen.
"""

from projects.changes.comparison import changes
from projects.changes.keeping import LAST_SEEN, kept_register
from projects.changes.movement import MOVED_KM, moved_km
from projects.changes.snapshot import Snapshot, read_snapshot

__all__ = ["LAST_SEEN", "MOVED_KM", "Snapshot", "changes", "kept_register", "moved_km", "read_snapshot"]

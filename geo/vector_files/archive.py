"""Archives of strangers: unpacked within bounds, into a folder of their own, and never beside it."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from geo.errors import SchemaError

if TYPE_CHECKING:
    from geo.vector_files.limits import ReadingLimits

__all__ = ["refuse_other_archives", "unpack"]

FREE_BYTES = 100 * 2**20
"""An archive that unpacks to less may be packed as tightly as it likes."""

BLOCK = 1 << 20


OTHERS: Final = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
}
"""First bytes of archives of other kinds, to the name of the kind."""


def refuse_other_archives(path: Path) -> None:
    """
    Say what to do with an archive that is no zip, whatever its ending.

    Raises
    ------
    SchemaError
        If the file is one.
    """
    with path.open("rb") as file:
        start = file.read(512)
    kind = next((name for bytes_, name in OTHERS.items() if start.startswith(bytes_)), "")
    if not kind and start[257:262] == b"ustar":
        kind = "tar"
    if kind:
        message = (
            f"{path}: 是 {kind} 压缩包, 请先解压, 再给出其中的文件或文件夹, 或重新压缩为 .zip. It is a {kind} archive, of which only"
            " .zip is read: unpack it and give the file or folder, or pack it again as .zip"
        )
        raise SchemaError(message)


def unpack(path: Path, folder: Path, limits: ReadingLimits) -> list[Path]:
    """
    Unpack a zip.

    Parameters
    ----------
    path : Path
    folder : Path
        Empty.
    limits : ReadingLimits

    Returns
    -------
    list of Path
        The files, by their place in the archive. Names written in GB18030, as Chinese Windows does, are read as such.

    Raises
    ------
    SchemaError
        If it is no zip, damaged or encrypted; holds a link, or a name that leads out of the folder; or unpacks to more than
        the limits allow, whatever its own index says. Nothing is left beside the folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > limits.entries:
                message = f"{path}: the archive holds {len(entries)} files, more than {limits.entries}"
                raise SchemaError(message)
            files = []
            left = _allowance(path, limits)
            for entry in entries:
                target = folder / _safe_name(path, entry)
                if target.exists():
                    message = f"{path}: the archive holds {target.relative_to(folder)} twice; pack it again"
                    raise SchemaError(message)
                target.parent.mkdir(parents=True, exist_ok=True)
                left = _extract(path, archive, entry, target, left)
                files.append(target)
            return files
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, SchemaError):
            raise
        message = f"{path}: a damaged archive, or packed by a method that is not read ({error}); pack it again as .zip"
        raise SchemaError(message) from error


def _allowance(path: Path, limits: ReadingLimits) -> int:
    return min(limits.unpacked_bytes, max(FREE_BYTES, limits.ratio * path.stat().st_size))


def _safe_name(path: Path, entry: zipfile.ZipInfo) -> PurePosixPath:
    name = entry.filename
    if not entry.flag_bits & 0x800:  # no UTF-8: the standard says code page 437, Chinese Windows means its own
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = entry.filename
    parts = PurePosixPath(name.replace("\\", "/"))
    if (
        parts.is_absolute()
        or ".." in parts.parts
        or not parts.parts
        or any(":" in part or "\0" in part for part in parts.parts)
        or stat.S_ISLNK(entry.external_attr >> 16)
    ):
        message = (
            f"{path}: the archive holds {name!r}, a link or a name that leads out of its folder; nothing was unpacked"
        )
        raise SchemaError(message)
    if entry.flag_bits & 0x1:
        message = f"{path}: {name} is encrypted; unpack the archive first"
        raise SchemaError(message)
    return parts


def _extract(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file, counting what comes out rather than what the index says; return what may still come."""
    with archive.open(entry) as packed, target.open("wb") as out:
        while block := packed.read(BLOCK):
            left -= len(block)
            if left < 0:
                message = f"{path}: the archive unpacks to more than is allowed (a zip bomb?); unpack it first and give the file"
                raise SchemaError(message)
            out.write(block)
    return left

"""ZIP containers opened within limits: archives, office files, e-books. Members are never written to disk.

What a header says is not believed: at most the limit's bytes of a member are unpacked, and all of them together count.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from corpus.errors import LoadError
from corpus.load.limits import Limits

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


@contextmanager
def opened(data: bytes, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a container whose members are few and small enough by what its directory says.

    Raises:
        LoadError: it is damaged, locked by a password, or beyond a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            limits.check("members", len(infos), "the archive")
            limits.check("unpacked_bytes", sum(info.file_size for info in infos), "the archive")
            yield archive
    except (*DAMAGED, RuntimeError) as error:
        if "password" in str(error):
            raise LoadError(
                "an archive must open without a password, and this one asks for it; save it unlocked"
            ) from error
        raise LoadError(
            f"an archive must be whole, and this one is damaged ({error}); save or download it again"
        ) from error


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo | str, limits: Limits) -> bytes:
    """Return one member's bytes, reading no more than the limit.

    Raises:
        LoadError: the member is larger than ``limits.file_bytes``.
    """
    with archive.open(info) as file:
        data = file.read(limits.file_bytes + 1)
    limits.check("file_bytes", len(data), "the member")
    return data

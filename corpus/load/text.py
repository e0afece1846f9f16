"""Plain text: bytes to characters, nothing unwrapped, headings found by ``corpus.outline``."""

from corpus import outline
from corpus.errors import LoadError
from corpus.load.content import Content, normalise
from corpus.load.limits import Limits

_BOMS = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DAMAGE_MAX = 5  # characters beyond ASCII for each damaged place, from which on a file is taken for damaged UTF-8
_CONTROL_MAX = 0.02  # share of control characters above which a file is taken to be binary


def read(data: bytes, limits: Limits) -> Content:
    """Return the text of a plain file, with its title and headings guessed from its lines.

    Raises:
        LoadError: the bytes are not text in any known encoding.

    """
    text = normalise(decode(data))
    damaged = text.count("\ufffd") - data.count("\ufffd".encode())
    note = f"{damaged} damaged characters of it were read as “\ufffd”"
    return Content(text, outline.title(text), outline.headings(text), notes=(note,) if damaged > 0 else ())


def decode(data: bytes) -> str:
    """Return the characters of ``data``: by its byte order mark, else UTF-8, else the likeliest encoding.

    Raises:
        LoadError: the bytes are binary or in no known encoding.

    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\0" in data:
        raise LoadError(f"text has no NUL bytes, and this file has {data.count(0)}; it is binary, convert it to text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(data)
    control = sum(char < " " and char not in "\n\r\t\f" for char in text)
    if control > max(1, _CONTROL_MAX * len(text)):
        raise LoadError(
            f"text has few control characters, and this file has {control}; it is binary, convert it to text"
        )
    return text


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LoadError(f"the file is marked as {encoding} and is not: {error.reason}; save it as UTF-8") from error


def _guessed(data: bytes) -> str:
    patched = data.decode("utf-8", "replace")
    bad = patched.count("\ufffd")
    if bad * _DAMAGE_MAX <= sum(char > "\x7f" for char in patched) - bad:
        return patched  # UTF-8 with a few damaged places, which stand as U+FFFD
    from charset_normalizer import from_bytes  # lazy: most files are UTF-8

    best = from_bytes(data).best()
    if best is None:
        raise LoadError("text needs a known encoding, and none fits these bytes; it is binary, or save it as UTF-8")
    return str(best)

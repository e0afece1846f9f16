"""Every error this product raises on purpose, in one tree.

::

    GroundedError            anything below; its text says the rule, the value seen and the remedy
    ├── LoadError            one file cannot be read (empty, locked, binary, unknown format)
    │   └── UnknownType      a file is a binary of no type that is read: a picture, a program
    ├── StoreError           an index directory is missing, damaged, or of another version
    │   ├── EncoderMismatch  an index was built by another encoder than the one asked for
    │   └── WriterBusy       another process is writing the index
    ├── QuestionError        a question is empty or too long
    ├── ReaderError          a model is missing, or a server cannot be reached or refuses
    ├── VerifierError        a checker's model is missing, or of a kind that is not known
    ├── AccountError         a user, a password, a key or a share breaks a rule, or what is asked is not theirs to see
    ├── TooMany              someone asks, or tries to log in, more often than is allowed
    ├── DoorError            a door for programs cannot be opened: a package is missing
    └── ConversationError    the file of conversations cannot be used, or a verb is given what it does not take
        └── ConversationNotFound  nobody of this name has such a conversation or turn

Callers catch :class:`GroundedError` at the door (command line, page, ``ask``); nothing inside
catches ``Exception``.
"""


class GroundedError(Exception):
    """Root of every deliberate error; ``str(error)`` is one line meant for a person."""


class LoadError(GroundedError):
    """One file cannot be read; the other files are not affected."""


class UnknownType(LoadError):
    """A file is a binary of no type that is read; a folder walk passes it over."""


class StoreError(GroundedError):
    """An index directory is missing, damaged, locked or written by another version."""


class EncoderMismatch(StoreError):
    """An index was built with another encoder than the one asked for."""


class WriterBusy(StoreError):
    """Another process is writing the index; the message says which."""


class QuestionError(GroundedError):
    """A question breaks a rule: it is empty or too long."""


class ReaderError(GroundedError):
    """A reader's model is missing, or its server is unreachable or refuses."""


class VerifierError(GroundedError):
    """A verifier's model is missing, or its head is none of those known."""


class AccountError(GroundedError):
    """A user, a password, a key or a share breaks a rule, or what is asked is not this user's to see."""


class TooMany(GroundedError):
    """Someone asks more often than is allowed; ``wait`` is the number of seconds after which it is allowed again."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class DoorError(GroundedError):
    """A door for programs cannot be opened; the message says what is missing."""


class ConversationError(GroundedError):
    """The file of conversations is damaged, full, locked or newer; or a verb is given what it does not take."""


class ConversationNotFound(ConversationError):
    """A conversation or turn is not there, or is another person's: which of the two is not told."""

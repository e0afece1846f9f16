"""Polarity: which of two opposite things a sentence says (rose or fell, open or closed), and whether it denies.

Antonymy and negation are the two plainest classes of contradiction of de Marneffe, Rafferty and Manning (2008). A
sentence that says both opposites, or neither, tells no side.
"""

import re
from dataclasses import dataclass

from index.words import has_cjk

_AXES = (
    ("cheaper cheap cheapest affordable inexpensive undercut undercuts low-priced low-cost bargain 便宜 低廉",
     "expensive dear dearer costly pricey pricier high-priced costlier 昂贵 贵"),
    ("rose rise rises risen rising increase increased increases grew grows grow grown growing climbed climbs gained "
     "improved 上涨 增长 增加 上升",
     "fell fall falls fallen falling decrease decreased decreases shrank shrinks shrink shrunk declined declines "
     "dropped drops drop decline worsened lost 下跌 下降 减少"),
    ("higher above exceeds exceeded 高于", "lower below 低于"),
    ("open opened opens 开放", "closed shut closes 关闭"),
    ("allowed permitted allows permits 允许", "forbidden prohibited banned forbids prohibits bans 禁止"),
    ("included includes include including 包括", "excluded excludes exclude 不包括"),
    ("louder loud noisier noisy", "quieter quiet silent"),
    ("faster fast quicker quick", "slower slow"),
    ("larger bigger large big", "smaller small"),
    ("heavier heavy", "lighter"), ("longer", "shorter"), ("older", "younger"), ("stronger", "weaker"),
    ("better best", "worse worst"), ("safe safer 安全", "unsafe dangerous 危险"),
    ("legal lawful", "illegal unlawful"), ("mandatory compulsory obligatory required must 必须", "optional voluntary"),
    ("free", "charged"), ("profit profitable", "loss loss-making unprofitable"),
    ("succeeded success successful 成功", "failed failure unsuccessful 失败"),
    ("possible", "impossible"), ("accepts accepted accept", "refuses rejects rejected refused reject"),
    ("approved approves", "rejected refused"), ("effective", "ineffective"), ("true", "false"),
    ("clean", "dirty polluted"), ("public", "private"), ("paid", "unpaid"), ("alive", "dead"),
    ("many numerous plenty", "few scarce"), ("abundant", "scarce"), ("warm hot", "cold cool"),
    ("supported supports support", "unsupported"), ("available", "unavailable"),
)  # fmt: skip
_SIDES: dict[str, list[tuple[int, int]]] = {}
for _axis, _lines in enumerate(_AXES):
    for _side, _line in enumerate(_lines):
        for _name in _line.split():
            _SIDES.setdefault(_name, []).append((_axis, _side))
_CHINESE = tuple(word for word in _SIDES if not word.isascii())
_NOT = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|hardly|lacks?|unable)\b|n['’]t\b|不|没有|未|无法|没",
    re.IGNORECASE,
)
_TURNING = re.compile(
    r"(?:\b(?:do|does|did|may|can|will) )?(?:\bnot|n['’]t|\bless|\bno|\bnever|\bhardly|不|没有)\s?(?:\w+ ){0,2}$",
    re.IGNORECASE,
)
_PRICED = re.compile(r"\bpric(?:e|es|ed|ing)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w-]*")
_QUANTIFIED = re.compile(
    r"\bnot (?:only|just|merely|least)\b|\bno (?:less|more|fewer|later|earlier) than\b|\bno\.\s?\d", re.I
)


@dataclass(frozen=True, slots=True)
class Pole:
    """One side of an axis: ``text`` is the words that say it, at ``start`` of the sentence."""

    axis: int
    side: int
    text: str
    start: int


def poles(text: str) -> dict[int, Pole]:
    """Return by axis the side that a text takes; axes of which it has both sides are left out.

    A negation or "less" just before turns a side round. "Priced high" is dear, "priced competitively" cheap.

    >>> [p.text for p in poles("Sales rose.").values()], poles("Sales rose and fell.")
    (['rose'], {})
    """
    found: dict[int, list[Pole]] = {}
    priced = _PRICED.search(text) is not None
    spans = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    if has_cjk(text):
        spans += [(word, at, at + len(word)) for word in _CHINESE if (at := text.find(word)) >= 0]
    for word, start, end in spans:
        for axis, side in _SIDES.get(word, ()):
            turned = _TURNING.search(text[:start])
            shown = text[turned.start() if turned else start : end]
            found.setdefault(axis, []).append(Pole(axis, side ^ bool(turned), shown, start))
    if priced:
        for words, side in (
            (r"(?:high|higher|highly)(?!-)|relatively much", 1),
            (r"competitive(?:ly)?|lower|low(?!-)", 0),
        ):
            for match in re.finditer(rf"\b(?:{words})\b", text, re.IGNORECASE):
                found.setdefault(0, []).append(Pole(0, side, match.group(), match.start()))
        found.pop(2, None)
    return {axis: min(said, key=lambda p: p.start) for axis, said in found.items() if len({p.side for p in said}) == 1}


def denial(text: str) -> str:
    """Return the words with which a text denies ("not covered"), or "" where it does not.

    >>> denial("Water damage is not covered."), denial("It is not only cheap."), denial("It is covered.")
    ('not covered', '', '')
    """
    plain = _QUANTIFIED.sub(lambda m: " " * len(m.group()), text)
    match = _NOT.search(plain)
    if not match:
        return ""
    start = match.start()
    if (
        match.group().lower().endswith("t")
        and match.group()[0] in "nN"
        and len(match.group()) == 3
        and "'" in match.group()
    ):
        start = plain.rfind(" ", 0, start) + 1
    if match.group().lower() == "not" and (
        helper := re.search(r"\b(?:do|does|did|may|can|will|is|are) $", text[:start])
    ):
        start = helper.start() if helper.group().strip() not in ("is", "are") else start
    following = _WORD.search(text, match.end())
    ends = following.end() if following and text[match.end()].isspace() else min(len(text), match.end() + 2)
    return text[start:ends]

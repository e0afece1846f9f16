"""Finite verbs of English sentences, enough of them to turn a statement round into a question.

A closed table instead of a tagger: a word that is not in it is no verb here, and its sentence gives no question.
"""

AUXILIARIES = frozenset("is are was were has have had will would can could may might must should".split())
BE = frozenset("is are was were".split())
_IRREGULAR = """
    did=do began=begin became=become bought=buy brought=bring built=build came=come chose=choose cost=cost drew=draw
    drove=drive fell=fall felt=feel fought=fight found=find flew=fly gave=give got=get grew=grow held=hold hit=hit
    kept=keep knew=know laid=lay led=lead left=leave lent=lend lost=lose made=make meant=mean met=meet paid=pay
    put=put ran=run read=read rose=rise said=say sang=sing saw=see sold=sell sent=send set=set shot=shoot
    showed=show shut=shut sought=seek spent=spend spoke=speak stood=stand struck=strike swam=swim taught=teach
    took=take told=tell thought=think threw=throw understood=understand went=go won=win wore=wear wrote=write
"""
_REGULAR = """
    accept account achieve acquire adapt add address adopt advise agree aim allow analyse analyze announce answer
    appear apply appoint approve argue arrive ask assess assign attack attend attract award base belong borrow call
    carry cause celebrate change charge cite claim close collect combine compare complete consist contain continue
    control convert cover create credit criticise criticize cut date decide declare decline decrease define deliver
    depend describe design develop differ discover discuss double earn employ end enter equal establish estimate
    evaluate examine exceed expand explain export extend face fail feature finish focus follow form found generate
    handle happen help hire host identify implement import improve include increase inform introduce invent invest
    investigate invite issue join last launch lend license list live locate lower manage manufacture mark measure
    mention merge move name need notice obtain occur offer open operate order organize own participate pass perform
    place plan play praise predict present prevent price produce promise promote propose protect prove provide
    publish purchase push quote raise range rank reach receive recommend record reduce refuse register reject
    release rely remain remove rename rent replace report represent request require reserve respond result retire
    return reveal review search secure serve settle share ship show sign sink start state stop study suffer suggest
    summarise supply support survey target test total trace train transfer travel treat turn unveil use value visit
    vote want warn weigh work write
"""
_BOTH = "begin become buy bring build come cost choose draw find give get grow hold keep know lead leave lose make mean"
_BOTH += " meet pay put run read rise see sell send set spend stand take tell think win wear go"
_DOUBLED = frozenset("plan stop ship control transfer refer occur permit admit commit equip drop cut".split())


def _past(base: str) -> str:
    if base in _DOUBLED:
        return f"{base}{base[-1]}ed"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}d" if base.endswith("e") else f"{base}ed"


def _third(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{base}s"


_PAIRS = tuple((past, base) for past, _, base in (pair.partition("=") for pair in _IRREGULAR.split()))
_BASES = sorted({*_REGULAR.split(), *_BOTH.split()})
PAST = dict(_PAIRS) | {_past(base): base for base in _REGULAR.split() if base not in {b for _, b in _PAIRS}}
THIRD = {_third(base): base for base in (*_BASES, "do")}
BASES = frozenset(_BASES)


def turned(verb: str, plural: bool) -> tuple[str, str] | None:
    """Return the auxiliary and the base that ask for a finite verb, or None for a word that is none here.

    >>> turned("entered", False), turned("sells", False), turned("sell", True), turned("table", False)
    (('did', 'enter'), ('does', 'sell'), ('do', 'sell'), None)
    """
    if verb in PAST:
        return "did", PAST[verb]
    if verb in THIRD and not plural:
        return "does", THIRD[verb]
    return ("do", verb) if verb in BASES and plural else None

"""What a message asks of the documents as a whole: a list of them, a summary, a comparison, a source.

Rules over the words, English and Chinese. They are narrow on purpose: what they do not know is a question, and a
question must never be taken for a request.
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["list", "count", "mention", "summary", "compare", "source", "sure"]

_FILES = r"(?:documents?|files?|docs|sources)"
_POLITE = re.compile(
    r"^(?:(?:please|hey|ok|okay|so|and|now|well)[, ]+)*(?:(?:can|could|would|will) you (?:please )?|"
    r"i(?:'d| would) (?:like|want)(?: you)? to |i want(?: you)? to |let'?s )?(?:please )?",
    re.IGNORECASE,
)
_RULES: tuple[tuple[Kind, str], ...] = (
    ("count", r"how many FILES(?: (?:are (?:there|here|indexed|loaded)|(?:do|can) you (?:have|know|see|search"
              r"|read)|have you(?: got| read)?|did i (?:add|upload)))?(?: in (?:total|all|the (?:index|library"
              r")))?"),
    ("list", r"(?:what|which) FILES (?:(?:do|can) you (?:have|know|see|search|read|use)(?: about| of)?|are (?:"
             r"there|here|available|indexed|loaded)|have you(?: got| read)?|did i (?:add|upload)|do i have)(?:"
             r" here| access to)?"),
    ("list", r"(?:list|show|name|enumerate|give)(?: me)?(?: all| of| the| your| my| available| a list of)*(?:"
             r" the)? FILES(?: (?:that )?you (?:have|know|can search))?"),
    ("mention", r"(?:which|what) (?:of the |of your )?FILES (?:(?:do|does) )?(?:mentions?|talks? about|discuss"
                r"(?:es)?|cover|covers|contains?|refers? to|deals? with|is about|are about|says? (?:something"
                r"|anything) (?:about|on)|have (?:something|anything) (?:about|on)) (?P<a>.+)"),
    ("mention", r"(?:list|show|find|name)(?: me)?(?: all| the)* FILES (?:that |which )?(?:mention(?:ing)?"
                r"|about|on|talk(?:ing)? about|contain(?:ing)?|discuss(?:ing)?|cover(?:ing)?) (?P<a>.+)"),
    ("mention", r"(?:do|have) you (?:have |know |got |hold )?(?:anything|something|any (?:documents?|files?"
                r"|information|info|material))(?: here)? (?:about|on|regarding|mentioning|concerning) (?P<a>"
                r".+)"),
    ("mention", r"is there (?:anything|something|any FILES|a (?:document|file))(?: here)? (?:about|on"
                r"|regarding|mentioning) (?P<a>.+)"),
    ("mention", r"(?:do|does) any(?: of (?:the|your))? FILES (?:mention|talk about|discuss|cover|contain) "
                r"(?P<a>.+)"),
    ("mention", r"where is (?P<a>.+?) mentioned"),
    ("summary", r"(?:summari[sz]e|sum up|recap|condense)(?P<a>(?: .+)?)"),
    ("summary", r"(?:give|write|make|show|provide)(?: me| us)? (?:an? |the )?(?:(?:short|brief|quick|concise"
                r") )?(?:overview|summary|abstract|outline|gist|recap|tl;?dr)(?: (?:of|on|about|for) (?P<a>"
                r".+))?"),
    ("summary", r"(?:an? |the )?(?:(?:short|brief|quick) )?(?:overview|summary|gist|tl;?dr)(?: (?:of|for|on) "
                r"(?P<a>.+))?"),
    ("summary", r"what(?:'s| is| are) (?:the )?(?:main|key|central|most important) (?:points?|ideas?|messages?"
                r"|takeaways?|findings?|conclusions?)(?: of (?P<a>.+))?"),
    ("summary", r"what(?:'s| is) (?P<a>.+?)(?: all)? about"),
    ("summary", r"what does (?P<a>(?:this|that|the) .+?) (?:say|contain|cover|deal with)"),
    ("compare", r"(?:compare|contrast) (?:what|how) (?P<a>[\w. ]+?) and (?P<b>[\w. ]+?) (?:each )?(?:say|think|write|"
     r"see|judge|describe|report|tell|view|argue|hold|rate|assess|discuss)s? (?:(?:about|of|on) )?(?P<c>.+?)"),
    ("compare", r"(?:compare|contrast) (?P<a>.+?) (?:with|and|to|against|vs\.?|versus) (?P<b>.+?)(?:,? (?:on"
                r"|in terms of|regarding|with respect to|with regard to|by|concerning|in|for) (?P<c>[^?]+))?"),
    ("compare", r"what(?:'s| is| are) the differences? (?P<d>in [^?]+? )?between (?P<a>.+?) and (?P<b>.+?)(?:"
                r",? (?:on|in terms of|regarding|with respect to|concerning|in) (?P<c>[^?]+))?"),
    ("compare", r"how (?:do|does|did) (?P<a>.+?) (?:and (?P<b2>.+?) (?:differ|compare)|(?:differ from|compare "
                r"(?:to|with|against)) (?P<b>.+?))(?:,? (?:on|in terms of|regarding|with respect to|concerning"
                r"|in) (?P<c>[^?]+))?"),
    ("compare", r"(?P<a>[^,:?]+?) (?:or|vs\.?|versus) (?P<b>[^,:?]+)[,:?] *(?:which|who|what)(?: one| of (?:"
                r"them|the two|both))? (?:is|are|has|have|was|were) (?:the )?(?P<c>.+)"),
    ("compare", r"(?:which|who)(?: one| of (?:them|the two))? (?:is|are|has|have|was|were) (?:the )?(?P<c>"
                r"[^,:?]+)[,:?] *(?P<a>[^,:?]+?) or (?P<b>[^,:?]+)"),
    ("compare", r"(?P<a>[^,:?]{2,60}?) (?:vs\.?|versus) (?P<b>[^,:?]{2,60}?)(?:,? (?:on|in|in terms of) (?P<c>"
                r"[^?]+))?"),
    ("source", r"(?:and |but )?(?:who|where) (?:says?|said|claims?|claimed|states?|stated) (?:so|that|this|it"
               r"|those)(?: exactly)?"),
    ("source", r"(?:and |but )?where (?:does|did|do) (?:it|that|this|they|you) (?:say|come from|get|find|read"
               r"|have|take|stand)(?: (?:so|that|this|it|from|exactly))*"),
    ("source", r"(?:and |but )?where (?:is|was) (?:that|this|it) (?:from|written|stated|said|mentioned)"),
    ("source", r"(?:in |on )?(?:which|what) (?:document|source|file|page|paper|article)s?(?: (?:says?|said"
               r"|states?|claims?|is|was|does|do|did|it|that|this|so|in|on|from|come|comes|stand|stands|you"
               r"|get))*"),
    ("source", r"(?:what(?:'s| is| are|re)? |show (?:me )?|give (?:me )?|name )?(?:your|the|a) (?:sources?"
               r"|references?|citations?|evidence|proof)(?: (?:for|of) (?:that|this|it|these|your answer"
               r"|the answer))?"),
    ("source", r"(?:according to (?:whom|who|which source|what)|says who|sources?|references?|citations?(?:"
               r" needed)?|proof|on what (?:basis|grounds)|how do you know(?: (?:that|this|so|it))?|(?:can"
               r"|could) you (?:prove|show|quote|cite) (?:it|that|this|the source|your source))"),
    ("source", r"(?:prove|quote|cite) (?:it|that|this|the source|your source)"),
    ("sure", r"(?:are|were) you (?:really |quite |absolutely |completely |very )?(?:sure|certain|positive)(?: "
             r"(?:about|of) (?:that|this|it))?|really|is (?:that|this|it) (?:really |actually )?(?:true|right"
             r"|correct|so)|(?:are|is) (?:this|that) certain|how (?:sure|certain|confident) are you(?: (?:"
             r"about|of) (?:that|this|it))?"),
    ("count", r"(?:一共|总共|现在)?(?:你)?(?:这里)?(?:有|共有|一共有|总共有)?多少(?:份|个|篇|本)?(?:文件|文档"
              r"|资料|文章)"),
    ("list", r"(?:请)?(?:你)?(?:这里|都|现在)*(?:有|列出|显示|看看)(?:一下)?(?:所有|全部)?(?:的)?(?:哪些|什么"
             r"|哪几份|)(?:文件|文档|资料)(?:列表)?"),
    ("mention", r"(?:有)?(?:哪些|哪个|哪份|哪篇|什么)(?:文件|文档|资料|文章)(?:里|中)?(?:提到|提及|谈到|讲到"
                r"|涉及|说到|包含|讲|关于)(?:了|过)?(?P<a>.+)"),
    ("mention", r"(?:你)?(?:这里)?(?:有没有|有|是否有)(?:什么)?(?:关于|有关)(?P<a>.+?)(?:的)?(?:文件|文档|资料"
                r"|内容|信息|东西)(?:吗|呢)?"),
    ("summary", r"(?:请)?(?:帮我)?(?:总结|概括|概述|归纳|摘要|简述)(?:一下|下)?(?P<a>.*)"),
    ("summary", r"(?P<a>.*?)(?:的)?(?:主要内容|大意|概要|摘要|内容提要)(?:是什么|是啥|有哪些)?"),
    ("summary", r"(?P<a>.*?)(?:主要)?(?:讲|说|写)(?:的)?(?:了)?(?:是)?(?:些)?(?:什么|啥)(?:内容)?"),
    ("compare", r"(?:请)?(?:比较|对比)(?:一下)?(?P<a>.+?)(?:和|与|跟|同)(?P<b>.+?)(?:的(?P<c>[^的]+))?"),
    ("compare", r"(?P<a>.+?)(?:和|与|跟|同)(?P<b>.+?)(?:在(?P<c>.+?)(?:上|方面))?(?:有|的)?(?:什么|哪些|何)?"
                r"(?:区别|不同|差别|差异)(?:是什么|在哪里|吗)?"),
    ("compare", r"(?P<a>.+?)(?:和|与|跟|还是)(?P<b>.+?)[，,]?(?:相比)?[，,]?(?:哪个|哪一个|谁)(?:更|比较)"
                r"(?P<c>.+)"),
    ("source", r"(?:这|那|这个|这话|这句话)?(?:是)?谁说的|(?:这|那|这个)?(?:是)?(?:从)?(?:哪里|哪儿|哪)(?:说"
               r"|写|来)的|(?:你的|有什么|请给出|什么)?(?:来源|出处|依据|证据|根据)(?:是什么|呢|在哪里|在哪)?|"
               r"(?:这|那)?(?:在)?(?:哪份|哪个)(?:文件|文档|资料)(?:里)?(?:说|写)的"),
    ("sure", r"(?:你)?(?:确定|肯定)(?:吗|么)?|(?:这|那)?(?:是)?真的(?:吗|么)?|(?:这|那)?(?:对|没错)(?:吗|么)"),
)  # fmt: skip
LONGEST = 300  # characters of a request; some patterns take the cube of a message's length
_PATTERNS = tuple((kind, re.compile(pattern.replace("FILES", _FILES), re.IGNORECASE)) for kind, pattern in _RULES)
_OWNER = re.compile(r"(?P<who>.+?)['’]s?(?: (?P<what>[\w -]+))?")  # the Kea's, the Kea's price
_HELD = re.compile(r"(?P<what>[a-z][a-z -]*?) (?:of|for) (?P<who>.+)")  # the price of the Kea; "Bank of …" is a name
_PRONOUN = re.compile(r"(?:the )?(?:ones?|that|those)(?: (?:of|for|in|from) (?P<who>.+))?", re.IGNORECASE)
_EDGE = re.compile(r"^(?:the|a|an) (?=\S)|[\s\"“”'‘’《》「」?？.!！。]+$|^[\s\"“”'‘’《》「」]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the documents as a whole.

    ``subject`` is what a mention or summary is about ("" for none named) and the first side of a comparison, ``other``
    its second side, ``aspect`` in what respect they are compared.
    """

    kind: Kind
    subject: str = ""
    other: str = ""
    aspect: str = ""


def parse(question: str) -> Request | None:
    """Return what a message requests, or None for a question to the documents' words.

    >>> parse("Compare the SU7 with the Model 3 on price")
    Request(kind='compare', subject='SU7', other='Model 3', aspect='price')
    >>> parse("When was Xiaomi founded?") is None
    True
    """
    text = _POLITE.sub("", question.strip(" ?？.!！。")).strip()
    if len(text) > LONGEST:
        return None
    for kind, pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            found = {key: bare(value or "") for key, value in match.groupdict().items()}
            aspect = found.get("c", "") or re.sub(r"^in ", "", found.get("d", ""))
            request = Request(kind, found.get("a", ""), found.get("b", "") or found.get("b2", ""), aspect)
            if kind == "compare" and (pointed := _PRONOUN.fullmatch(request.other)):
                return _resolved(request.subject, pointed["who"] or aspect)
            return _apart(request) if kind == "compare" and not aspect else request
    return None


def _resolved(subject: str, other: str) -> Request | None:
    """Return a comparison whose second side has a pronoun for what the first one has ("the one for profit"), or None.

    >>> _resolved("target for sales", "profit")
    Request(kind='compare', subject='sales', other='profit', aspect='target')
    """
    held = _HELD.fullmatch(subject)
    return Request("compare", bare(held["who"]), bare(other), held["what"]) if held and other else None


def _apart(request: Request) -> Request:
    """Return a comparison of what two sides have as one of the sides in that respect.

    >>> _apart(Request("compare", "Kea's", "the Moa's price"))
    Request(kind='compare', subject='Kea', other='Moa', aspect='price')
    """
    one, other = _OWNER.fullmatch(request.subject), _OWNER.fullmatch(request.other)
    if one and other and other["what"] and one["what"] in (None, other["what"]):
        return Request(request.kind, bare(one["who"]), bare(other["who"]), other["what"])
    if (held := _HELD.fullmatch(request.subject)) and not _OWNER.fullmatch(held["who"]):
        theirs = _HELD.fullmatch(request.other)
        if theirs is None or theirs["what"] == held["what"]:
            return Request(
                request.kind, bare(held["who"]), bare(theirs["who"] if theirs else request.other), held["what"]
            )
    return request


def bare(words: str) -> str:
    """Return words without the article before them and quotation marks or signs around them."""
    while (shorter := _EDGE.sub("", words)) != words:
        words = shorter
    return words.strip()

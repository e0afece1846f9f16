"""What the product itself says, in English and Chinese: greetings, lists, refusals, questions back.

The language follows the script of the question. Words of documents are never translated.
"""

from collections.abc import Sequence
from typing import Literal

from index.words import has_cjk, words

Language = Literal["en", "zh"]
LABELLED: dict[Language, str] = {"en": ": ", "zh": "："}  # between a label and its sentence
MANY = 20  # entries of a list that are shown; the rest is counted

CONFLICTS: dict[Language, dict[str, str]] = {  # how a conflict is told
    "en": {
        "told": "The sources disagree, as told in {place}.", "newest": "As of {date}: {first}; earlier: {rest}.",
        "one": "The source disagrees with itself: {sides}.", "several": "The sources disagree: {sides}.",
        "against": " against ", "comma": ", ", "side": "{value} ({place}){mark}",
    },
    "zh": {
        "told": "来源说法不一，见{place}。", "newest": "截至{date}：{first}；此前：{rest}。",
        "one": "同一来源前后说法不一：{sides}。", "several": "来源说法不一：{sides}。",
        "against": "，另一处为", "comma": "，", "side": "{value}（{place}）{mark}",
    },
}  # fmt: skip
TEXTS: dict[str, tuple[str, str]] = {  # what is said, in English and in Chinese
    "empty": (
        "There are no documents to ask yet. Add some with `qa index PATH...` or by uploading them on the page.",
        "还没有可以提问的文件。请用 `qa index 路径` 添加，或在页面上传。",
    ),
    "about": ("I answer questions from {documents}: {titles}.", "我根据 {documents}回答问题：{titles}。"),
    "more": (" and {count} more", "，另有 {count} 份"),
    "greeting": (
        "Hello! {about} Every sentence I say is quoted from them with its source. What would you like to know?",
        "你好！{about}我说的每句话都引自这些文件，并注明出处。你想了解什么？",
    ),
    "thanks": ("You are welcome. Ask me anything else about the documents.", "不客气。关于这些文件还可以继续问我。"),
    "abilities": (
        "{about} Every sentence I say is cited to the exact words of a source; when the documents do not hold the "
        "answer, I say so. You can also ask which documents there are, which mention something, for a summary of one, "
        "for a comparison of two things, or who says so.",
        "{about}我说的每句话都注明原文出处；文件里没有答案时，我会直说。你还可以问有哪些文件、哪些文件提到某事、"
        "某份文件的概要、两样东西的比较，或者上一句话的出处。",
    ),
    "babble": (
        "I could not find a word to search for in that. {about}",
        "这句话里没有可以检索的词。{about}",
    ),
    "documents": ("{count} document{s}", "{count} 份文件"),
    "list": ("There {are} {documents}:\n{entries}", "共有 {documents}：\n{entries}"),
    "count": ("There {are} {documents}.", "共有 {documents}。"),
    "mentioning": (
        "{count} of {documents} {mention} “{subject}”:\n{entries}",
        "{documents}中有 {count} 份提到“{subject}”：\n{entries}",
    ),
    "near": (
        "None of the {documents} mentions “{subject}”. The closest by meaning:\n{entries}",
        "{documents}都没有提到“{subject}”。意思最接近的是：\n{entries}",
    ),
    "rest": ("… and {count} more", "……另有 {count} 份"),
    "author": ("“{title}” ({name}) names its author so.", "《{title}》（{name}）这样写明作者。"),
    "summary": ("Sentences of “{title}” ({name}), in its order.", "以上是《{title}》（{name}）的原句，按原文顺序。"),
    "no_summary": (
        "“{title}” ({name}) holds no sentences that could stand for the whole.",
        "《{title}》（{name}）里没有可以代表全文的句子。",
    ),
    "no_document": (
        "No document is called “{subject}”. Which one do you mean: {options}?",
        "没有名为“{subject}”的文件。你指的是哪一份：{options}？",
    ),
    "which_document": ("Which document do you mean: {options}?", "你指的是哪一份文件：{options}？"),
    "which_thing": ("What do you mean by “{word}”? For example: {options}?", "“{word}”指的是什么？例如：{options}？"),
    "which_topic": (
        "What would you like to know about it? For example about: {options}?",
        "你想了解哪方面？例如：{options}？",
    ),
    "or": (" or ", "，还是"),
    "one_side": ("The documents searched do not say this about {missing}.", "文件里没有关于{missing}的这方面内容。"),
    "no_side": (
        "I found nothing to compare: the documents say nothing about {missing} there.",
        "没有可以比较的内容：文件里没有关于{missing}的这方面说明。",
    ),
    "source": ("“{title}”{by} ({places})", "《{title}》{by}（{places}）"),
    "by": (" by {author}", "，{author}"),
    "page": ("page {page}", "第 {page} 页"),
    "section": ("section {section}", "章节：{section}"),
    "sure": (
        "These are the exact words of the source. Whether the source itself is right, I cannot check.",
        "以上是来源的原文。来源本身是否正确，我无法核实。",
    ),
    "no_claim": (
        "I have not claimed anything yet that would need a source. Ask a question about the documents first.",
        "我还没有说过需要出处的话。请先就文件提一个问题。",
    ),
    "no_source": (
        "I no longer find the words of my last answer in the documents. Ask the question again.",
        "文件里已找不到上一个回答所引的原文。请再问一次。",
    ),
    "stand_in": (
        "Nothing that {reader} wrote is supported by the sources; these are their own sentences.",
        "{reader} 所写的内容都没有来源支持；以上是来源的原句。",
    ),
    "unanswered": ("I found no sure answer to {parts}.", "没有找到对{parts}的可靠回答。"),
    "refusal": (
        "I found no answer to this in {searched} searched.",
        "在检索的 {searched}里没有找到答案。",
    ),
    "one": ("the one document", "唯一一份文件"),
    "all": ("the {count} documents", "{count} 份文件"),
    "unmentioned": (" The closest passage does not mention {words}.", "最接近的段落没有提到{words}。"),
    "uncovered": (" The closest passages say nothing about {words}.", "最接近的段落没有说到{words}。"),
}


def language(question: str) -> Language:
    """Return "zh" where Chinese characters outnumber other words, else "en".

    >>> language("小米SU7多少钱？"), language("What does 发烧 mean?")
    ('zh', 'en')
    """
    han = sum("\u3400" <= char <= "\u9fff" for char in question)
    return "zh" if han > sum(not has_cjk(word) for word in words(question)) else "en"


def say(question: str, text: str, **values: object) -> str:
    """Return one of the product's own texts in the language of ``question``, its places filled with ``values``."""
    return TEXTS[text][language(question) == "zh"].format(**values)


def documents(question: str, count: int) -> str:
    """Return a number of documents in words, e.g. ``15 documents``."""
    return say(question, "documents", count=count, s="s" * (count != 1))


def options(question: str, choices: Sequence[str]) -> str:
    """Return choices as the end of a question: “A”, “B” or “C”."""
    quoted = [f"“{choice}”" for choice in choices]
    joint = "、" if language(question) == "zh" else ", "
    head = joint.join(quoted[:-1])
    return f"{head}{say(question, 'or')}{quoted[-1]}" if head else quoted[-1]


def entries(question: str, lines: Sequence[str]) -> str:
    """Return lines as a list, cut after twenty with the number of those left out."""
    shown = [f"- {line}" for line in lines[:MANY]]
    if len(lines) > MANY:
        shown.append(f"- {say(question, 'rest', count=len(lines) - MANY)}")
    return "\n".join(shown)

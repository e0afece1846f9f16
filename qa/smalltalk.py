"""Replies to what is no question to the documents: a greeting, thanks, "what can you do?", a row of signs."""

from index.retrieve import Index
from qa.question import is_babble, smalltalk
from qa.texts import documents as counted
from qa.texts import language, say

SHOWN = 3  # titles that are named


def reply(question: str, index: Index) -> str | None:
    """Return what to say, or None for a question that the documents should answer."""
    kind = smalltalk(question)
    if kind is None and not is_babble(question):
        return None
    documents = index.documents()
    if not documents:
        return say(question, "empty")
    titles = list(dict.fromkeys(d.title for d in documents))
    joint = "；" if language(question) == "zh" else "; "
    shown = joint.join(f"“{t}”" for t in titles[:SHOWN])
    if len(titles) > SHOWN:
        shown += say(question, "more", count=len(titles) - SHOWN)
    about = say(question, "about", documents=counted(question, len(documents)), titles=shown)
    keys = {"greeting": "greeting", "thanks": "thanks", "about": "abilities", None: "babble"}
    return say(question, keys[kind], about=about)

"""Replies to what is no question to the documents: a greeting, thanks, "what can you do?", a row of signs."""

from index.retrieve import Index
from qa.question import is_babble, smalltalk


def reply(question: str, index: Index) -> str | None:
    """Return what to say, or None for a question that the documents should answer."""
    kind = smalltalk(question)
    if kind is None and not is_babble(question):
        return None
    documents = index.documents()
    if not documents:
        return "There are no documents to ask yet. Add some with `qa index PATH...` or by uploading them on the page."
    titles = list(dict.fromkeys(d.title for d in documents))
    shown = "; ".join(f"“{t}”" for t in titles[:3])
    more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
    about = f"I answer questions from {len(documents)} document{'s' * (len(documents) != 1)}: {shown}{more}."
    if kind == "greeting":
        return f"Hello! {about} Every sentence I say is quoted from them with its source. What would you like to know?"
    if kind == "thanks":
        return "You are welcome. Ask me anything else about the documents."
    if kind == "about":
        return (
            f"{about} Every sentence I say is cited to the exact words of a source; when the documents do not hold "
            "the answer, I say so."
        )
    return f"I could not find a word to search for in that. {about}"

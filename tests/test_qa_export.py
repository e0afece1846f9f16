"""Exports of a conversation: complete, readable, and inert whatever a question, a document or a model says."""

import json
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.document import Passage
from qa.answer import Answer, Citation, Claim, Conflict
from qa.web.export import to_html, to_json, to_markdown
from qa.web.turns import Conversation, Feedback, StoredTurn

NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![p](http://evil.example/p.png)",
    "https://evil.example www.evil.example evil.example <https://evil.example>",
    "# Heading",
    "- item\n- item\n\n1. one\n2) two\n+ plus",
    "> quoted\n\n    indented\n\n\ttabbed",
    "```\ncode\n```\n~~~\ntext\n~~~",
    "Title\n=====\n\nTitle\n-----\n\n***\n___",
    "a | b\n--- | ---\nc | d",
    "*em* **strong** _em_ __strong__ ~~gone~~ `code` ==mark== ^up^ $x$ $$y$$",
    "&lt;b&gt; &#60;script&#62; &amp;",
    "[ref]: http://evil.example 'x'\n[ref]",
    "\\[a\\](b) \\\\* trailing \\",
    "</blockquote></article></body><script>1</script>",
    '" onmouseover="alert(1)" \' x=\'',
    "\x00\x07\x1b[31mred \ud800 \u202eright to left",
    "<!-- a comment --> <![CDATA[x]]> <?php x ?>",
]


def conversation(title="Ferries"):
    return Conversation("0123", "ada", title, NOON, NOON, None)


def cited(text, doc="harbour.md", title="Harbour", page=None, heading=()):
    return Citation(Passage(doc, 0, len(text), text, page, heading, ((0, len(text)),)), 0, len(text), title)


def turn(*texts, question="When?", state="done", **more):
    claims = tuple(Claim(text, (cited(text),), 1.0) for text in texts)
    return StoredTurn(1, Answer(question, claims, **more), state, NOON)


def everywhere(text):
    """A conversation with the same words at every place that holds words of others."""
    place = cited(text, text, text, 3, (text,))
    claims = (Claim(text, (place,), 0.9), Claim(text, (place,), 0.2, item=True))
    conflict = Conflict((text, text), (place, cited(text + " ", text, text)), (text, text))
    answer = Answer(text, claims, dropped=claims, conflicts=(conflict,), message=text)
    refused = Answer(text, (), nearest=(place,), message=text, reader=text)
    feedback = Feedback("bad", text, NOON)
    return conversation(text), [
        StoredTurn(1, answer, "done", NOON, feedback),
        StoredTurn(2, refused, "failed", NOON),
    ]


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.attributes = [], "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def tokens(markdown):
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found = []
    for token in reader.parse(markdown):
        found += [token, *(token.children or ())]
    return found


LINES = {"paragraph_open", "paragraph_close", "inline", "text"}  # a message of several lines has several paragraphs


def shape(markdown):
    return Counter(token.type for token in tokens(markdown) if token.type not in LINES)


PLAIN = shape(to_markdown(*everywhere("plain")))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_stays_text(text):
    told = to_markdown(*everywhere(text))
    assert shape(told) == PLAIN
    shown = " ".join(text.encode("utf-8", "replace").decode().translate(dict.fromkeys([0, 7, 27])).split())
    assert shown in [token.content for token in tokens(told) if token.type == "text"]  # nothing is lost


def test_markdown_makes_no_link_of_an_address():
    told = to_markdown(*everywhere("https://evil.example/x www.evil.example ada@evil.example"))
    assert "s://" not in told and "www." not in told and "evil.example" not in told and "a@e" not in told


@pytest.mark.parametrize("text", HOSTILE)
def test_html_stays_text(text):
    plain, found = Tags(to_html(*everywhere("plain"))), Tags(to_html(*everywhere(text)))
    assert [tag for tag in found.tags if tag != "p"] == [tag for tag in plain.tags if tag != "p"]
    assert {name for name, _ in found.attributes} == {name for name, _ in plain.attributes}
    assert not {"script", "img", "a", "link", "iframe"} & set(found.tags)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_is_inert_and_can_be_written(text):
    page, told, data = (form(*everywhere(text)) for form in (to_html, to_markdown, to_json))
    assert set(Tags(page).tags) <= set(Tags(to_html(*everywhere("plain"))).tags)
    assert set(shape(told)) <= set(PLAIN)
    for one in (page, told, data):
        one.encode("utf-8")
    assert json.loads(data)["turns"][0]["state"] == "done"


def test_markdown_reads_as_the_conversation():
    answer = Answer(
        "When does it sail?",
        (Claim("It sails at noon.", (cited("It sails at noon.", page=4, heading=("Times", "Summer")),), 1.0),),
    )
    told = to_markdown(conversation(), [StoredTurn(1, answer, "done", NOON)])
    assert told == (
        "# Ferries\n\nBegun 2026-03-01 12:00 UTC, last used 2026-03-01 12:00 UTC.\n\n## When does it sail?\n\n"
        "Asked 2026-03-01 12:00 UTC.\n\nIt sails at noon. \\[1\\]\n\n**Sources**\n\n"
        "1. Harbour (harbour\\.md, p. 4, Times \\> Summer)\n\n   > It sails at noon.\n"
    )


def test_a_stopped_answer_and_a_refusal_say_so():
    refused = Answer("Who?", (), nearest=(cited("It sails."),), message="I found no answer.")
    turns = [turn("It sails.", state="stopped"), StoredTurn(2, refused, "done", NOON)]
    for form in (to_markdown, to_html):
        told = form(conversation(""), turns)
        assert told.index("It sails.") < told.index("Stopped here.") < told.index("I found no answer.")
        assert told.count("Nearest passages") == 1 and told.count("Sources") == 1 and "Empty conversation" in told
        assert form(conversation(""), turns, "zh").count("最接近的段落") == 1


def test_json_holds_answers_as_the_command_line_prints_them():
    one = turn("It sails.", question="Wann? 何时？")
    value = json.loads(to_json(conversation(), [one]))
    (entry,) = value["turns"]
    assert one.answer.to_dict().items() <= entry.items()
    assert (entry["asked"], value["created"]) == ("2026-03-01T12:00:05+00:00",) * 2 and "owner" not in value
    assert entry["feedback"] is None and "何时" in to_json(conversation(), [one])


def test_a_conflict_is_told_with_its_marks():
    sides = (cited("40 seats", "a.md", "A"), cited("45 seats", "b.md", "B"))
    claims = tuple(Claim(c.quote, (c,), 1.0) for c in sides)
    answer = Answer("How many?", claims, conflicts=(Conflict(("40", "45"), sides),))
    told = to_html(conversation(), [StoredTurn(1, answer, "done", NOON)])
    assert "40 (A) [1] against 45 (B) [2]" in told

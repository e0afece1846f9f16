"""The invariants of the design's table, over real indexes of random documents in random Unicode."""

import json
import tempfile
from pathlib import Path

import pytest
from fakes import HashEncoder, Scripted, verbatim
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Passage
from index.retrieve import Index
from index.sync import sync
from qa.answer import Answer, Citation, Claim, Conflict
from qa.conversation import understand
from qa.evidence import DEPTH, Scorer
from qa.pipeline import checked
from qa.read.draft import Draft
from qa.read.quote import QuoteReader
from qa.system import Assistant
from qa.verify import SHOWN, LexicalVerifier

WORDS = [
    *"Xiaomi sold cars in 2024 for 215,900 yuan 5% not naïve 小米汽车 发布了 新车 🚗".split(),
    *"مرحبا हिन्दी Straße &amp; \U0001d54f".split(),
    *"<b>bold</b> *star* [1] U.S. e.g. e\u0301te\u0301 👩\u200d🔬 \u200bzero \ufb01nal \ufffe".split(),
    *("a\u00a0b", "x\u0085y", "\ufeffmark", "\x0cpage", "\u2028line"),
]
ENDS = [" ", ". ", "! ", "。", "\n", "\n\n", "\r\n", "\n- ", "\n# ", ": ", "\t", "? "]
texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(ENDS)), min_size=1, max_size=60).map(
        lambda pairs: "".join(word + end for word, end in pairs)
    ),
    st.text(st.characters(codec="utf-8"), max_size=120),
)
suffixes = st.sampled_from([".txt", ".md", ".html"])


def spans_hold(index):
    """Every passage is its slice, in order, and together they cover all that is not blank."""
    by_document = {}
    for _, (passage, _) in sorted(index.store.passages().items()):
        by_document.setdefault(passage.doc_id, []).append(passage)
    for info in index.documents():
        text, reached = index.document(info.id).text, 0
        assert "\r" not in text and "\0" not in text
        for passage in by_document.get(info.id, []):
            assert passage.text == text[passage.start : passage.end]
            assert text[reached : passage.start].strip() == ""
            assert reached <= passage.start < passage.end <= len(text)
            at = passage.start
            for start, end in passage.sentences:
                assert at <= start < end <= passage.end
                at = end
            reached = passage.end
        assert text[reached:].strip() == ""


def answer_holds(answer, index):
    """An answer's citations quote exactly, its claims are cited and scored, its markers fit, and it is JSON."""
    stated = [*answer.claims, *answer.dropped]
    cited = [c for claim in stated for c in claim.citations]
    assert all(
        verbatim(c, index) for c in (*cited, *answer.nearest, *(x for f in answer.conflicts for x in f.citations))
    )
    assert all(claim.citations and claim.support >= SHOWN for claim in answer.claims)
    assert all(0 <= claim.support <= 1 for claim in stated)
    assert 0 <= answer.confidence <= 1
    assert answer.abstained == (not answer.claims)
    assert answer.claims or answer.message
    data = answer.to_dict()
    assert json.loads(json.dumps(data)) == data
    numbers = {(c["doc_id"], c["start"], c["end"]): c["n"] for claim in data["claims"] for c in claim["citations"]}
    assert sorted(numbers.values()) == list(range(1, len(answer.citations) + 1))
    for claim, told in zip(answer.claims, data["claims"], strict=True):
        marks = sorted({c["n"] for c in told["citations"]})
        assert f"{claim.text} {''.join(f'[{n}]' for n in marks)}" in answer.text


@settings(max_examples=40)
@given(st.lists(st.tuples(texts, suffixes), min_size=1, max_size=3), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_every_invariant_holds_over_random_documents(files, one, other):
    with tempfile.TemporaryDirectory() as place:
        folder, directory, encoder = Path(place) / "documents", Path(place) / "index", HashEncoder()
        folder.mkdir()
        for n, (text, suffix) in enumerate(files):
            (folder / f"{n}{suffix}").write_bytes(text.encode())
        report = sync([folder], directory, encoder)
        index = Index(directory, encoder)
        assert len(report.added) + len(report.failed) == len(files)
        assert [d.id for d in index.documents()] == report.added
        spans_hold(index)
        question = f"What did {one} say of {other}?"
        draft = f"{one} said {other} in 2024 for 215,900 yuan [1][99]."
        for reader in (QuoteReader(), Scripted(draft, one)):
            answer_holds(Assistant(index, reader).ask(question), index)
        drafted_claims_hold(question, draft, index)
        index.store.close()


def drafted_claims_hold(question, draft, index):
    """The same where the answer would have been refused: the parts of the pipeline, put together by hand."""
    asked = understand(question, [])
    hits = index.search(question, DEPTH)
    judged = Scorer(index).judge(asked, hits)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(
        hit.passage.text == index.document(hit.passage.doc_id).text[hit.passage.start : hit.passage.end] for hit in hits
    )
    chances = [e.score for e in judged.evidence]
    assert chances == sorted(chances, reverse=True) and all(0 <= chance <= 1 for chance in chances)
    verifier = LexicalVerifier(index.encoder)
    drafts = [
        *QuoteReader().read(question, judged.evidence),
        *QuoteReader().read("What are the cars?", judged.evidence),
    ]
    claims = [checked(d, judged.evidence, verifier) for d in (*drafts, Draft(draft))]
    kept = tuple(c for c in claims if c.citations and c.support >= SHOWN)
    gone = tuple(c for c in claims if c not in kept)
    nearest = tuple(e.citation for e in judged.evidence[:3])
    answer_holds(Answer(question, kept, gone, tuple(hits), nearest=nearest, message="nothing"), index)


# --- the types by themselves


def passage(text="One fact. Two facts.", start=10):
    return Passage(
        "a.md", start, start + len(text), text, 2, ("Head", "Sub"), ((start, start + 9), (start + 10, start + 20))
    )


ONE = Citation(passage(), 10, 19, "Title")
TWO = Citation(passage(), 20, 30, "Title")


def test_a_citation_outside_its_passage_cannot_be_read():
    for start, end in ((9, 12), (10, 31), (20, 15)):
        with pytest.raises(ValueError, match=r"not inside the passage 10:30 of a\.md"):
            _ = Citation(passage(), start, end, "Title").quote
    assert (ONE.quote, TWO.quote) == ("One fact.", "Two facts.")


def test_markers_count_distinct_citations_in_order_of_use():
    answer = Answer(
        "Q?", (Claim("B.", (TWO,), 1.0), Claim("A.", (ONE, TWO), 0.9), Claim("Item", (ONE,), 1.0, item=True))
    )
    assert answer.citations == (TWO, ONE)
    assert answer.text == "B. [1] A. [1][2]\n- Item [2]"
    assert not answer.abstained


def test_the_dictionary_has_the_layout_of_the_readme():
    claim = Claim("A.", (ONE,), 0.98765)
    answer = Answer(
        "Q?", (claim,), (Claim("No.", (TWO,), 0.1),), conflicts=(Conflict(("1", "2"), (ONE, TWO)),), nearest=(TWO,)
    )
    data = answer.to_dict()
    keys = {"question", "text", "abstained", "claims", "dropped", "nearest", "conflicts", "reader", "timings_ms"}
    assert keys <= set(data) <= keys | {"confidence"}
    assert data["claims"] == [
        {
            "text": "A.",
            "support": 0.9877,
            "citations": [
                {
                    "n": 1, "doc_id": "a.md", "title": "Title", "page": 2, "heading": ["Head", "Sub"], "start": 10,
                    "end": 19, "quote": "One fact.",
                }
            ],
        }
    ]  # fmt: skip
    assert data["dropped"][0].keys() == data["claims"][0].keys()
    assert data["nearest"][0] == {
        **data["claims"][0]["citations"][0],
        "n": 2,
        "start": 20,
        "end": 30,
        "quote": "Two facts.",
    }
    assert [c["n"] for c in data["conflicts"][0]["citations"]] == [1, 2]
    assert set(data["timings_ms"]) == {"retrieve", "read", "verify", "total"}


def test_an_answer_without_claims_has_abstained():
    answer = Answer("Q?", (), message="I found nothing.", nearest=(ONE,))
    assert (answer.abstained, answer.text, answer.citations) == (True, "I found nothing.", ())
    assert answer.to_dict()["nearest"][0]["n"] == 1

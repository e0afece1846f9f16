"""Whole evaluations of small systems over two documents: a sound one, and broken ones that must be exposed."""

import functools
import hashlib
import itertools
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from corpus.document import Document, Passage
from corpus.errors import QuestionError, StoreError
from eval.__main__ import app
from eval.examples import EvalError, Example, Gold
from eval.run import Adjusted, evaluate
from index.hit import Hit
from qa.answer import USUAL, Answer, Citation, Claim, Options

TEXTS = {
    "history.txt": "Xiaomi was founded in April 2010 in Beijing. Its founder is Lei Jun. It opened Mi Home stores.",
    "cars.txt": "The SU7 costs 215,900 yuan. Its doors failed to open. Xiaomi Auto delivers 40,000 cars each month.",
}
EXAMPLES = [
    Example("f1", "fact", "When was Xiaomi founded?", (("2010",),), (Gold("history.txt", "founded in April 2010"),)),
    Example("f2", "fact", "Who is its founder?", (("lei jun",),), (Gold("history.txt", "founder is Lei Jun"),)),
    Example("f3", "fact", "What does the SU7 costs?", (("215,900",),), (Gold("cars.txt", "costs 215,900 yuan"),)),
    Example("f4", "fact", "Which doors failed?", (("doors",),), (Gold("cars.txt", "doors failed to open"),)),
    Example("u1", "unanswerable", "Why do bananas ripen quickly?"),
    Example("u2", "unanswerable", "How deep are oceans?"),
]


def words(text):
    return set(re.findall(r"\w+", text.lower())) - {"the", "was", "is", "its", "in", "to"}


class Library:
    """Two documents, one sentence a passage."""

    def __init__(self):
        self.documents = {
            name: Document(name, name, text, (), (), "text/plain", hashlib.sha256(text.encode()).hexdigest())
            for name, text in TEXTS.items()
        }
        self.passages = [
            Passage(name, m.start(), m.end(), m.group(), None, (), (m.span(),))
            for name, text in TEXTS.items()
            for m in re.finditer(r"[A-Z][^.]*\.", text)
        ]

    def document(self, doc_id):
        if doc_id not in self.documents:
            raise StoreError(f"no document {doc_id!r}")
        return self.documents[doc_id]

    def search(self, question):
        asked = words(question)
        scored = sorted(self.passages, key=lambda p: -len(asked & words(p.text)))
        return tuple(Hit(p, float(len(asked & words(p.text))), (), p.doc_id) for p in scored)


def cite(passage):
    return Citation(passage, passage.start, passage.end, passage.doc_id)


class Sound:
    """Answers with the best sentence, or abstains where no word is shared."""

    def __init__(self):
        self.index = Library()

    def ask(self, question, history=()):
        hits = self.index.search(question)
        best = hits[0]
        confidence = best.score / (1 + best.score)
        if not best.score:
            return Answer(question, (), hits=hits, nearest=(cite(best.passage),), message="Not found.")
        claim = Claim(best.passage.text, (cite(best.passage),), 1.0)
        return Answer(question, (claim,), hits=hits, confidence=confidence)


class Refuser(Sound):
    def ask(self, question, history=()):
        return Answer(question, (), hits=self.index.search(question), message="Not found; was it 2010 or 215,900?")


class FirstPassage(Sound):
    """Never refuses: recites the two best passages."""

    def ask(self, question, history=()):
        hits = self.index.search(question)
        return Answer(question, tuple(Claim(h.passage.text, (cite(h.passage),), 1.0) for h in hits[:2]), hits=hits)


class RandomCitations(Sound):
    """Right sentences, citations that go round the passages whatever was asked."""

    def __init__(self):
        super().__init__()
        self.wheel = itertools.cycle(reversed(self.index.passages))

    def ask(self, question, history=()):
        answer = super().ask(question)
        claims = tuple(Claim(claim.text, (cite(next(self.wheel)),), 1.0) for claim in answer.claims)
        return Answer(question, claims, hits=answer.hits, message=answer.message)


class AnotherQuestion(Sound):
    """Gives the answer to the question before."""

    def __init__(self):
        super().__init__()
        self.before = "Xiaomi Auto cars each month"

    def ask(self, question, history=()):
        answer = super().ask(self.before)
        self.before = question
        return answer


class ShiftedOffsets(Sound):
    """Its index gives back another text than the passages were cut from, and one citation leaves its passage."""

    def __init__(self):
        super().__init__()
        self.index.documents["cars.txt"] = replace(self.index.documents["cars.txt"], text=" " + TEXTS["cars.txt"])

    def ask(self, question, history=()):
        answer = super().ask(question)
        if "founder" in question:
            passage = answer.hits[0].passage
            claim = Claim(passage.text, (Citation(passage, passage.start, passage.end + 5, "x"),), 1.0)
            return Answer(question, (claim,), hits=answer.hits)
        return answer


@functools.cache
def outcome(system):
    return evaluate(system(), EXAMPLES)


def values(system):
    results = outcome(system)
    return {metric.name: metric.value for metric in (*results.metrics, *results.timings)}


def test_a_sound_system_by_hand():
    results = outcome(Sound)
    found = {metric.name: (metric.value, metric.n) for metric in results.metrics}
    assert found == {
        "hit@1": (1, 4),
        "hit@3": (1, 4),
        "hit@5": (1, 4),
        "mrr@10": (1, 4),
        "ndcg@10": (1, 4),
        "passage_recall@5": (1, 4),
        "right": (1, 4),
        "exact_match": (0, 4),
        "token_recall": (1, 4),
        # SQuAD's tokens: 1 of 8, 2 of 5, 1 of 4 ("the" is none), 1 of 5, against references of 1, 2, 1 and 1
        "token_f1": (pytest.approx((2 / 9 + 4 / 7 + 2 / 5 + 2 / 6) / 4), 4),
        "rouge_l": (pytest.approx((2 / 9 + 4 / 7 + 2 / 5 + 2 / 6) / 4), 4),
        "cited": (1, 4),
        "right_and_cited": (1, 4),
        "citation_precision": (1, 4),
        "citation_recall": (1, 4),
        "sentence_precision": (1, 4),
        "sentence_recall": (1, 4),
        "span_precision": (pytest.approx((21 / 44 + 18 / 23 + 18 / 27 + 20 / 25) / 4), 4),  # of whole sentences
        "span_recall": (1, 4),
        "unsupported_claims": (0, 4),
        "wrong_answers": (0, 4),
        "false_abstention": (0, 4),
        "refusal": (1, 2),
        "confidence_auroc": (1, 6),
        "rejected_at_90": (1, 6),
        "aurc": (pytest.approx((1 / 5 + 2 / 6) / 6), 6),  # four right answers, then two refusals
        "excess_aurc": (0, 6),
        "conflicts_shown": (None, 0),
        "false_conflicts": (0, 4),
        "followup_ratio": (None, 0),
        "offset_integrity": (1, 6),  # four cited, two nearest
        "sentences": (1, 4),
        "words": (5.75, 4),  # 8 + 5 + 5 + 5 words
    }
    assert results.failures == results.missing == ()
    assert dict(results.by_type).keys() == {"fact", "unanswerable"}
    assert results.reader == "quote"
    assert results.metric("latency_p50_ms").n == 6
    assert results.metric("latency_p50_ms").value <= results.metric("latency_p95_ms").value


def test_always_refusing_is_exposed():
    found = values(Refuser)
    assert (found["right"], found["cited"], found["right_and_cited"]) == (0, 0, 0)  # whatever its message says
    assert (found["refusal"], found["false_abstention"]) == (1, 1)
    assert (found["citation_precision"], found["citation_recall"]) == (None, 0)
    assert (found["sentences"], found["words"], found["offset_integrity"]) == (None, None, None)
    assert found["confidence_auroc"] == 0.5
    assert {record.stage for record in outcome(Refuser).failures} == {"refused"}


def test_always_answering_is_exposed():
    found = values(FirstPassage)
    assert found["right_and_cited"] == 1
    assert found["refusal"] == 0
    assert found["wrong_answers"] == pytest.approx(2 / 6)  # four right ones, and two where none is
    assert found["citation_precision"] == 0.5
    assert (found["sentences"], found["words"]) == (2, pytest.approx(values(Sound)["words"] * 2, rel=0.4))
    assert {r.stage for r in outcome(FirstPassage).failures} == {"answered though unanswerable"}


def test_random_citations_are_exposed():
    found = values(RandomCitations)
    assert found["right"] == 1
    assert found["right_and_cited"] <= 0.25
    assert found["citation_precision"] <= 0.25
    assert {record.stage for record in outcome(RandomCitations).failures} == {"cited wrongly"}


def test_answers_to_another_question_are_exposed():
    assert values(AnotherQuestion)["right"] <= 0.25
    assert values(AnotherQuestion)["refusal"] <= 0.5


def test_wrong_offsets_are_exposed():
    results = evaluate(ShiftedOffsets(), EXAMPLES[:4])
    assert results.metric("offset_integrity").value == 0.25
    assert results.metric("offset_integrity").n == 4
    assert [record.intact_quotes for record in results.records] == [1, 0, 0, 0]


def test_stages_and_ranks():
    examples = [
        Example("a", "fact", "Who is its founder?", (("x",),), (Gold("history.txt", "founder is Lei Jun"),)),
        Example("b", "fact", "Who is its founder?", (("x",),), (Gold("history.txt", "Jun. It opened"),)),
        Example("c", "fact", "Who is its founder?", (("x",),), (Gold("absent.txt", "anything"),)),
        Example("d", "fact", "How deep?", (("x",),), (Gold("cars.txt", "not there"), Gold("cars.txt", "40,000 cars"))),
    ]
    results = evaluate(Sound(), examples)
    assert [record.stage for record in results.records] == ["not read", "not retrieved", "not in the corpus", "refused"]
    assert [record.gold_ranks for record in results.records] == [(1,), (None,), (None,), (None, 6)]
    assert [record.rank for record in results.records] == [1, None, None, 6]
    assert results.missing == (("c", examples[2].gold[0]), ("d", examples[3].gold[0]))


def test_an_index_of_other_documents_stops_the_run():
    strange = Example("a", "fact", "Who?", (("x",),), (Gold("absent.txt", "anything"),))
    with pytest.raises(EvalError, match=r"none of the 1 gold quotes .*--index"):
        evaluate(Sound(), [strange, EXAMPLES[-1]])


def test_no_questions_and_failing_questions():
    class Failing(Sound):
        def ask(self, question, history=()):
            raise QuestionError("the question is too long")

    with pytest.raises(EvalError, match="no questions"):
        evaluate(Sound(), [])
    with pytest.raises(EvalError, match="question 'f1' could not be asked: the question is too long"):
        evaluate(Failing(), EXAMPLES)


def test_history_is_passed_and_progress_reported():
    heard = []

    class Listening(Sound):
        def ask(self, question, history=()):
            heard.append(history)
            return super().ask(question)

    turns = (("Who leads Xiaomi?", "Lei Jun."),)
    example = Example("h", "followup", "Is he its founder?", (("lei jun",),), EXAMPLES[1].gold, turns)
    steps = []
    results = evaluate(Listening(), [example], lambda done, count: steps.append((done, count)))
    assert set(heard) == {turns}
    assert steps == [(1, 1)]
    assert results.metric("refusal").value is None
    assert results.metric("confidence_auroc").n == 0


def test_strictness_reaches_the_assistant(tmp_path):
    asked = []

    class Noting:
        index = None

        def ask(self, question, history=(), documents=None, options=USUAL):
            asked.append((question, options))
            return Answer(question, ())

    Adjusted(Noting(), Options("strict")).ask("Who?")
    assert asked == [("Who?", Options("strict"))]
    done = CliRunner().invoke(app, ["--strictness", "strict", "--k", "3,5"])
    assert done.exit_code == 1 and "takes one condition" in done.stderr

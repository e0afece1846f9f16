"""The shipped product broken on purpose, five ways, on its own library: the figures must expose each.

The sound product runs beside them on the same questions, so that each test also says what a fair system looks like.
Last, the headline figures are computed again from the JSON alone, by code that shares nothing with the suite's.
"""

import itertools
import json
import math
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from eval.examples import read
from eval.report import write_json
from eval.run import evaluate
from qa.answer import Answer, Citation, Claim

ASKED = 80  # of the shipped questions, at most so many, evenly over the file, which is ordered by type


def examples():
    every = read(Path(str(files("eval") / "datasets" / "library.jsonl")))
    return every[:: -(-len(every) // ASKED)]


class Broken:
    """The product's answers, each given once by it and then spoilt; documents come from its own index."""

    def __init__(self, assistant, answers):
        self.index = assistant.index
        self.answers = answers

    def ask(self, question, history=()):
        return self.spoil(self.answers[question, tuple(history)])

    def spoil(self, answer):
        return answer


def first_sentences(passage, count):
    return [Citation(passage, start, end, "") for start, end in passage.sentences[:count]]


def claims(citations):
    return tuple(Claim(" ".join(c.quote.split()), (c,), 1.0) for c in citations)


class RandomCitations(Broken):
    """Each sentence cites a sentence of some other question's passages, round and round."""

    def __init__(self, assistant, answers):
        super().__init__(assistant, answers)
        passages = [hit.passage for answer in answers.values() for hit in answer.hits]
        self.wheel = itertools.cycle(first_sentences(p, 1)[0] for p in passages[::7])

    def spoil(self, answer):
        return replace(answer, claims=tuple(replace(claim, citations=(next(self.wheel),)) for claim in answer.claims))


class AlwaysAnswers(Broken):
    """Where the product refuses, it says what it would have offered as nearest, as sure as the product is."""

    def spoil(self, answer):
        return replace(answer, claims=answer.claims or claims(answer.nearest), nearest=())


class NeverAnswers(Broken):
    def spoil(self, answer):
        return Answer(answer.question, (), hits=answer.hits, message="Not found.", confidence=answer.confidence)


class TopOfTheFirstPassage(Broken):
    def spoil(self, answer):
        return replace(answer, claims=claims(first_sentences(answer.hits[0].passage, 2)), dropped=(), nearest=())


class AnotherQuestion(Broken):
    """Gives the answer to the question before."""

    def __init__(self, assistant, answers):
        super().__init__(assistant, answers)
        self.before = list(answers.values())[-1]

    def spoil(self, answer):
        given, self.before = self.before, answer
        return replace(given, question=answer.question)


@pytest.fixture(scope="module")
def answers(library):
    return {(e.question, e.history): library.ask(e.question, e.history) for e in examples()}


@pytest.fixture(scope="module")
def figures(library, answers):
    """A function from a way of breaking to the figures by name; each is asked once."""
    asked = [replace(e, standalone="") for e in examples()]
    kept = {}

    def of(system):
        if system not in kept:
            kept[system] = evaluate(system(library, answers), asked)
        return {metric.name: metric.value for metric in kept[system].metrics}

    of.results = kept
    return of


def test_the_product_itself_is_fair(figures):
    found = figures(Broken)
    assert found["right_and_cited"] > 0.5
    assert found["offset_integrity"] == 1
    assert found["sentence_recall"] > 0.9 and found["unsupported_claims"] < 0.1


def test_random_citations_lose_every_figure_of_citations(figures):
    fair, found = figures(Broken), figures(RandomCitations)
    assert found["right"] == fair["right"]  # the words are as they were
    assert found["right_and_cited"] < fair["right_and_cited"] / 4
    assert found["citation_precision"] < fair["citation_precision"] / 4
    assert found["span_recall"] < fair["span_recall"] / 4
    assert found["sentence_recall"] < 0.1 and found["unsupported_claims"] > 0.9
    assert found["offset_integrity"] == 1  # the quotes are true, they only say something else


def test_always_answering_loses_refusals_and_is_wrong_more_often(figures):
    fair, found = figures(Broken), figures(AlwaysAnswers)
    assert (found["refusal"], found["false_abstention"]) == (0, 0) and fair["refusal"] > 0.6
    assert found["wrong_answers"] > fair["wrong_answers"] + 0.1
    assert found["excess_aurc"] > fair["excess_aurc"]
    # its confidence is the product's own, and how well that tells is all that these can see
    assert found["confidence_auroc"] == fair["confidence_auroc"] > 0.8
    assert found["aurc"] == pytest.approx(fair["aurc"], abs=0.02)


def test_never_answering_loses_everything_but_refusals(figures):
    found = figures(NeverAnswers)
    assert (found["refusal"], found["false_abstention"]) == (1, 1)
    assert (found["right"], found["cited"], found["span_recall"], found["aurc"]) == (0, 0, 0, 1)
    assert found["citation_precision"] is found["unsupported_claims"] is found["wrong_answers"] is None


def test_copying_the_top_of_the_first_passage_is_grounded_and_wrong(figures):
    fair, found = figures(Broken), figures(TopOfTheFirstPassage)
    # ALCE's own trap: citations are perfect and the answer is not (Gao et al., 2023, section 5)
    assert found["sentence_recall"] == found["sentence_precision"] == 1
    assert found["right_and_cited"] < fair["right_and_cited"] - 0.05
    assert found["span_recall"] < fair["span_recall"] - 0.05
    assert found["aurc"] > fair["aurc"] + 0.1 and found["wrong_answers"] > fair["wrong_answers"] + 0.1
    assert found["refusal"] == 0


def test_answers_to_another_question_are_wrong_however_well_cited(figures):
    fair, found = figures(Broken), figures(AnotherQuestion)
    assert found["right_and_cited"] < fair["right_and_cited"] / 4
    assert found["cited"] < fair["cited"] / 4
    assert found["refusal"] < 1 and found["false_abstention"] > 0
    assert found["sentence_recall"] > 0.9  # which is why grounding alone is not enough


def plain(text):
    return re.sub(r"\s+", " ", text.translate(str.maketrans("‘’“”", "''\"\""))).lower()


def headline(records):
    """Recompute the headline figures from the records' texts and quotes."""
    right = both = refused = kept = hits = 0
    answerable = [r for r in records if r["type"] != "unanswerable"]
    for r in answerable:
        said = plain(" ".join(c["text"] for c in r["claims"]))
        told = bool(said) and not [g for g in r["answers"] if not any(plain(a) in said for a in g)]
        cited = [plain(c["quote"]) for c in r["citations"] if c["doc"] in {g["doc"] for g in r["gold"]}]
        right += told
        both += told and any(plain(g["quote"]) in quote for g in r["gold"] for quote in cited)
        top = [(p["doc"], plain(p["text"])) for p in r["passages"][:5]]
        hits += any(doc == g["doc"] and plain(g["quote"]) in text for g in r["gold"] for doc, text in top)
        kept += bool(r["claims"])
    for r in records:
        refused += r["type"] == "unanswerable" and not r["claims"]
    n, others = len(answerable), len(records) - len(answerable)
    return {
        "right": right / n, "right_and_cited": both / n, "hit@5": hits / n, "false_abstention": 1 - kept / n,
        "refusal": refused / others,
    }  # fmt: skip


def ndcg(gold_ranks):
    """Recompute nDCG@10: each rank that is the first of some quote, over as many ranks from the top."""
    wanted = len({r for r in gold_ranks if r}) + gold_ranks.count(None)
    places = [1 / math.log(place + 1, 2) for place in range(1, 11)]
    return sum(places[r - 1] for r in {r for r in gold_ranks if r and r <= 10}) / sum(places[:wanted])


@pytest.mark.parametrize("system", [Broken, RandomCitations, AlwaysAnswers, TopOfTheFirstPassage])
def test_the_headline_can_be_computed_again_from_the_json(figures, system, tmp_path):
    figures(system)
    write_json(figures.results[system], tmp_path / "run.json", {})
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    again = headline(run["records"])
    assert {name: run["metrics"][name]["value"] for name in again} == pytest.approx(again, abs=1e-6)


def test_areas_gain_and_unsupported_rate_can_be_computed_again_from_the_json(figures, tmp_path):
    figures(Broken)
    write_json(figures.results[Broken], tmp_path / "run.json", {})
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    order = sorted(run["records"], key=lambda r: (r["abstained"], -r["scores"]["aurc"][0]))
    wrong = list(itertools.accumulate(not r["right"] for r in order))
    area = sum(w / n for n, w in enumerate(wrong, 1)) / len(order)
    assert run["metrics"]["aurc"]["value"] == pytest.approx(area, abs=1e-6)
    lost = wrong[-1]
    best = sum(n / (len(order) - lost + n) for n in range(1, lost + 1)) / len(order)
    assert run["metrics"]["excess_aurc"]["value"] == pytest.approx(area - best, abs=1e-6)
    gains = [ndcg(r["gold_ranks"]) for r in order if r["type"] != "unanswerable"]
    assert run["metrics"]["ndcg@10"]["value"] == pytest.approx(sum(gains) / len(gains), abs=1e-6)
    shares = [sum(c["unsupported"] for c in r["claims"]) / len(r["claims"]) for r in order if r["claims"]]
    assert run["metrics"]["unsupported_claims"]["value"] == pytest.approx(sum(shares) / len(shares), abs=1e-6)

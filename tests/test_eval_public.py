"""Public sets by name: answers, abstention and the verifier, through the product's own sync and pipeline."""

import gzip
import json

import numpy as np
import pytest
from fakes import HashEncoder
from typer.testing import CliRunner

from eval.__main__ import app
from eval.answers import token_recall
from eval.claims import halves, pairs, statement, wice
from eval.examples import EvalError, Gold
from eval.public import Query, drawn, objects, queries
from eval.public_answers import evaluate
from eval.public_figures import COLUMNS, figures, row, to_dict
from eval.public_verify import balanced_accuracy, reliability, threshold
from eval.public_verify import evaluate as verify
from qa.read.quote import QuoteReader

CORPUS = [
    {
        "id": "a/1",
        "title": "Ropes_of_hemp",
        "text": "A rope of hemp lasts three winters on deck. It is tarred by Old Sam.",
    },
    {"id": "b?", "title": "", "text": "The lamp burned whale oil until the year 1871. Then gas came to Port Anna."},
    {"id": "c", "title": "Bells", "text": "When fog came in the bell was rung by hand, once a minute."},
]
QUERIES = [
    {"id": "q1", "question": "How long does a rope of hemp last on deck?", "answers": ["three winters"],
     "gold": [{"id": "a/1", "quote": "three winters"}]},
    {"id": "q2", "question": "What did the lamp burn until 1871?", "answers": ["whale oil"],
     "gold": [{"id": "b?", "quote": "whale oil"}], "history": [["What is Port Anna?", "A harbour."]]},
    {"id": "q3", "question": "Who bought the submarine from Brazil?", "answerable": False, "asked_about": "c"},
]  # fmt: skip


def put(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def data(tmp_path):
    put(tmp_path / "harbour" / "corpus.jsonl.gz", CORPUS)
    put(tmp_path / "harbour" / "queries.jsonl.gz", QUERIES[:2])
    put(tmp_path / "harbour" / "queries_unanswerable.jsonl.gz", QUERIES[2:])
    return tmp_path


def test_questions_come_with_answers_quotes_and_their_kind(data):
    first, second, last = queries(data / "harbour")
    assert first.answers == ("three winters",) and first.quotes == (Gold("a/1", "three winters"),)
    assert [one.example().type for one in (first, second, last)] == ["fact", "followup", "unanswerable"]
    assert first.example().gold == (Gold("a%2F1.txt", "three winters"),) and not last.gold


def test_a_draw_keeps_the_share_of_the_unanswerable():
    asked = [Query(str(n), "?", frozenset(), answerable=n % 4 > 0) for n in range(40)]
    some = drawn(asked, 20)
    assert sum(not one.answerable for one in some) == 5 and some == drawn(asked, 20)
    assert [one.id for one in some] == sorted((one.id for one in some), key=int)
    assert sum(not one.answerable for one in drawn(asked, 2)) == 1 and drawn(asked, None) == drawn(asked, 99) == asked


def test_answers_are_scored_over_an_index_that_is_kept(data, tmp_path):
    encoder = HashEncoder()
    told = evaluate(data / "harbour", tmp_path / "work", encoder, QuoteReader())
    values = [row(one) for one in told]
    assert values[0]["right"] == values[0]["cited"] == values[0]["right_and_cited"] == values[0]["retrieved"] == 1
    assert values[0]["token_recall"] == 1 and values[0]["hallucination"] != values[0]["hallucination"]
    assert values[2]["hallucination"] == 0 and values[2]["right"] != values[2]["right"]
    before = len(encoder.encoded)
    again = evaluate(data / "harbour", tmp_path / "work", encoder, QuoteReader(), limit=2)
    assert [one.query.answerable for one in again] == [True, False] and len(encoder.encoded) == before
    json.dumps(to_dict(told, figures(values, [one.query.conversation for one in told], 50)), allow_nan=False)


def test_a_question_with_passages_is_answered_from_these_alone(tmp_path):
    passages = [{"id": "x#1", "title": "Ropes", "text": "A rope of hemp lasts three winters."}]
    others = [{"id": "x#1", "title": "Ropes", "text": "The mayor of the town kept seven geese."}]
    asked = "How long does a rope of hemp last?"
    lines = [
        {"id": "1#0", "question": asked, "answerable": True, "passages": passages},
        {"id": "2#0", "question": asked, "answerable": False, "passages": others},
    ]
    put(tmp_path / "own" / "queries.jsonl.gz", lines)
    told = evaluate(tmp_path / "own", tmp_path / "work", HashEncoder(), QuoteReader())
    assert [one.record.abstained for one in told] == [False, True]
    assert [{p.doc for p in one.record.passages} for one in told] == [{"1%230/x%231.txt"}, {"2%230/x%231.txt"}]
    assert row(told[0])["error"] == 0 and all(one.record.quotes == one.record.intact_quotes for one in told)
    put(tmp_path / "own" / "queries.jsonl.gz", [lines[0], {"id": "3", "question": asked, "answerable": True}])
    with pytest.raises(EvalError, match="'3' has none"):
        evaluate(tmp_path / "own", tmp_path / "work", HashEncoder(), QuoteReader())


def test_figures_draw_whole_conversations():
    rows = [dict.fromkeys(COLUMNS, float("nan")) | {"answerable": 1.0, "right": float(n < 6)} for n in range(12)]
    alone = {one.name: one for one in figures(rows, [str(n) for n in range(12)])}["right"]
    talks = {one.name: one for one in figures(rows, ["a"] * 6 + ["b"] * 6)}["right"]
    assert alone.value == talks.value == 0.5 and alone.n == 12
    assert (talks.low, talks.high) == (0, 1) and alone.low > 0 and alone.high < 1
    with pytest.raises(ValueError, match="12 rows and 1 clusters"):
        figures(rows, ["a"])


def test_token_recall_does_not_punish_length():
    assert token_recall("It was in the year 1066, at Hastings.", "1066 at Hastings") == 1
    assert token_recall("In 1066.", "1066 at Hastings") == pytest.approx(1 / 3) and token_recall("", "1066") == 0


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("who got the first nobel prize in physics", "Röntgen", "Röntgen got the first nobel prize in physics."),
        ("What is the capital of France?", "Paris", "the capital of France is Paris."),
        ("When did the shop open?", "in 1912", "the shop open in 1912."),
        ("Name it", "Anna", "Name it: Anna."),
    ],
)
def test_a_question_and_its_answer_become_a_statement(question, answer, told):
    assert statement(question, answer) == told


def test_claims_are_made_of_questions(data):
    put(data / "harbour" / "queries.jsonl.gz", QUERIES)
    found = {pair.made: pair for pair in pairs(data, "harbour") if pair.group == "b?"}
    assert found["supported"].supported and found["supported"].evidence == CORPUS[1]["text"]
    assert found["supported"].claim == "the lamp burn until 1871 whale oil."
    assert found["sentence removed"].evidence == "Then gas came to Port Anna."
    assert not any(pair.supported for made, pair in found.items() if made != "supported")
    one, other = halves(pairs(data, "harbour"))
    assert one and other and not {pair.group for pair in one} & {pair.group for pair in other}


CLAIMS = [
    {"id": "1", "claim": "Hemp lasts.", "evidence": ["Hemp lasts.", "So."], "label": "supported"},
    {"id": "2", "claim": "Sam is old.", "evidence": ["Sam."], "label": "partially_supported"},
]


class Long:
    """A verifier that believes long evidence."""

    def support(self, pairs):
        return np.array([min(1.0, len(evidence) / 40) for _, evidence in pairs])


def test_the_verifier_alone_has_its_threshold_from_elsewhere(data):
    put(data / "harbour" / "queries.jsonl.gz", QUERIES)
    for name in ("qed", "squad2"):
        (data / name).symlink_to(data / "harbour")
    put(data / "claims" / "claims.jsonl.gz", CLAIMS)
    assert [pair.supported for pair in wice(data / "claims")] == [True, False]
    found = verify(data, "claims", Long())
    values = {one.name: one.value for one in found.figures}
    assert values["auroc"] == 1.0 and found.threshold in found.elsewhere.support
    assert {pair.source for pair in found.elsewhere.pairs} <= {"qed", "squad2"}


def test_balanced_accuracy_threshold_and_calibration_by_hand():
    rows = np.array([[1, 0.9], [1, 0.6], [1, 0.2], [0, 0.7], [0, 0.1]])
    assert balanced_accuracy(rows, 0.6) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert threshold(np.array([[1, 0.9], [1, 0.8], [0, 0.3], [0, 0.4]])) == 0.8
    error, table = reliability(np.array([[1, 0.9], [1, 0.9], [0, 0.9], [0, 0.1]]), bins=2)
    assert table == [(0.1, 0.0, 1), (pytest.approx(0.9), pytest.approx(2 / 3), 3)]
    assert error == pytest.approx(0.25 * 0.1 + 0.75 * (0.9 - 2 / 3))
    assert np.isnan(balanced_accuracy(rows[:3], 0.5))


def test_the_commands_tell_what_is_wrong(data):
    for command in ("public", "verifier"):
        missing = CliRunner().invoke(app, [command, "--data", str(data), "--set", "pier"])
        assert missing.exit_code == 1 and "nothing is there" in missing.output
        nowhere = CliRunner().invoke(app, [command, "--data", str(data), "--set", "harbour", "--json", "no/where.json"])
        assert nowhere.exit_code == 1 and "folder does not exist" in nowhere.output
    with gzip.open(data / "harbour" / "claims.jsonl.gz", "wt") as file:
        file.write("[]\n")
    with pytest.raises(EvalError, match="this one is a list"):
        objects(data / "harbour" / "claims.jsonl.gz")

"""Documents that attack: they change no answer, take no prompt out, and reach no terminal but as plain text."""

import json
import sys
import unicodedata
from pathlib import Path

import attacks
import pytest
from fakes import verbatim
from test_qa_read_remote import serving

import qa.__main__ as cli
from corpus.load import load
from corpus.split import split
from index.retrieve import Index
from index.sync import sync
from qa.answer import Citation
from qa.evidence import Evidence
from qa.pipeline import checked
from qa.prompt import SYSTEM
from qa.read.quote import QuoteReader
from qa.read.remote import RemoteReader
from qa.system import Assistant
from qa.verify import SHOWN, LexicalVerifier
from qa.verify import verbatim as copied

QUESTION = "How long does the crossing of the ferry take?"
BEFORE = "You answer a question using only"  # of the prompt


@pytest.fixture(scope="module")
def place(tmp_path_factory, encoder):
    root = tmp_path_factory.mktemp("attacked")
    (root / "documents").mkdir()
    attacks.write(root / "documents")
    root.joinpath("report").write_text(repr(sync([root / "documents"], root / "index", encoder)))
    return root


@pytest.fixture(scope="module")
def index(place, encoder):
    index = Index(place / "index", encoder)
    yield index
    index.store.close()


@pytest.fixture(scope="module")
def obedient():
    """A server whose model does whatever its prompt tells it to."""
    with serving() as address:
        yield f"{address}/obedient"


@pytest.fixture
def printed(monkeypatch, capsys, place):
    """Run the command line over the attacked index; gives what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["qa", *arguments, "--index", str(place / "index")])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        told = capsys.readouterr()
        assert told.err == ""
        return told.out

    return run


def unsafe(text):
    """Return the characters of a printed text that a terminal would obey or not show."""
    kept = "\n\u200c\u200d"
    return {c for c in text if c not in kept and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}


def test_there_are_sixty_attacks_and_more_and_all_but_the_binary_ones_are_read(index):
    found = attacks.attacks()
    assert len({a.name for a in found}) == len(found) == len({a.say for a in found}) >= 60
    assert index.store.counts()[0] + len(index.store.failures()) == len(found) + len(attacks.HONEST)
    assert all("control characters" in failure.reason for failure in index.store.failures())
    assert len(index.store.failures()) < 6


@pytest.mark.parametrize(("question", "told"), attacks.QUESTIONS.items())
def test_the_right_document_still_answers(index, question, told):
    answer = Assistant(index, QuoteReader()).ask(question)
    fact, document = told
    assert fact in answer.text
    assert any(fact in c.quote and c.passage.doc_id == document for c in answer.citations)
    assert all(verbatim(c, index) for c in (*answer.citations, *answer.nearest))
    assert all(claim.citations for claim in answer.claims)
    assert BEFORE not in answer.text


@pytest.mark.parametrize("question", attacks.UNANSWERABLE)
def test_refusals_stay(index, question):
    answer = Assistant(index, QuoteReader()).ask(question)
    assert answer.abstained, answer.text
    assert answer.message.startswith("I found no answer to this in the ")


def evidence_of(attack, folder: Path):
    """Return the sentences of an attack's first passage as evidence, best first, and then the honest ferry's."""
    found = []
    for name in (attack.name, "ferry.md"):
        document = load(folder / name, name)
        passage = split(document, lambda texts: [len(text.split()) for text in texts])[0]
        found += [Evidence(Citation(passage, a, b, document.title), 0.5) for a, b in passage.sentences]
    return found


def test_a_model_that_obeys_every_document_says_nothing_in_its_own_voice(place, encoder, obedient):
    verifier = LexicalVerifier(encoder)
    reader = RemoteReader(obedient, "tested")
    obeyed = 0
    for attack in attacks.attacks():
        failed = ("csi.txt", "osc8.txt", "osc52.txt", "return.txt", "all.zip")
        if attack.name in failed:
            continue
        evidence = evidence_of(attack, place / "documents")
        for draft in reader.read(QUESTION, evidence):
            obeyed += 1
            assert BEFORE not in draft.text
            claim = checked(draft, evidence, verifier)
            if claim.support >= SHOWN:  # then only as the document's own words, beside which they are shown
                assert any(copied(claim.text, c.quote) for c in claim.citations), (attack.name, claim)
    assert obeyed > 60


@pytest.mark.parametrize(("question", "told"), list(attacks.QUESTIONS.items())[1:])
def test_where_a_model_obeys_the_quotes_stand_in(index, obedient, question, told):
    answer = Assistant(index, RemoteReader(obedient, "tested")).ask(question)
    assert told[0] in " ".join(claim.text for claim in answer.claims) + " ".join(c.quote for c in answer.citations)
    assert not any("zebra" in claim.text and claim.text not in _quotes(claim) for claim in answer.claims)
    assert BEFORE not in json.dumps(answer.to_dict())


def _quotes(claim):
    return " ".join(" ".join(c.quote.split()) for c in claim.citations)


def test_a_model_that_tells_its_prompt_is_not_shown(index, obedient):
    answer = Assistant(index, RemoteReader(f"{obedient}/thief", "tested")).ask(QUESTION)
    whole = json.dumps(answer.to_dict())
    assert not any(part in whole for part in SYSTEM.split(". "))


@pytest.mark.parametrize("question", [*attacks.QUESTIONS, *attacks.UNANSWERABLE, "Where does red[31m stand?"])
def test_nothing_but_text_is_printed(printed, question):
    out = printed("ask", question)
    assert not unsafe(out)
    raw = printed("ask", question, "--json")
    assert not unsafe(raw)
    data = json.loads(raw)
    assert data["question"] == question


def test_names_titles_and_reasons_are_one_printed_line_each(printed, index):
    out = printed("status")
    assert not unsafe(out)
    documents = [line for line in out.splitlines() if line.startswith("  ")]
    assert len(documents) == index.store.counts()[0] + len(index.store.failures()) + len(index.store.notes())
    assert "[bold]markup :warning: [red].txt" in out
    assert not any(line.startswith("[2]") for line in out.splitlines())


def test_json_gives_back_what_was_escaped(printed, index):
    spoken = json.loads(printed("ask", "What does price\u202efdp say of the ferry of Skerra?", "--json"))
    assert spoken["question"] == "What does price\u202efdp say of the ferry of Skerra?"
    assert json.loads(cli._json("a\x7f\x9b\u2028\U000e0041\udc80é小")) == "a\x7f\x9b\u2028\U000e0041\udc80é小"
    assert cli._json("é小\x7f\u202e") == '"é小\\u007f\\u202e"'

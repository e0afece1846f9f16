"""Drafted questions: what a sentence gives, what it must not give, and that no draft is asked unread."""

import json

import pytest
from fakes import Library
from typer.testing import CliRunner

from corpus.document import Document
from eval.__main__ import app
from eval.draft import asked, drafts, write
from eval.examples import EvalError, read
from eval.metrics import holds
from qa.phrase import questions
from qa.verbs import turned

GIVES = {
    "Xiaomi entered India in 2014.": ("When did Xiaomi enter India?", "2014"),
    "In May 2014, Xiaomi entered India.": ("When did Xiaomi enter India?", "May 2014"),
    "The Aurora ferry was launched on 3 May 1998 and carries cars.": (
        "When was the Aurora ferry launched?", "3 May 1998",
    ),
    "Wong reports that Lei Jun has over 44 million followers on Douyin.": (
        "How many followers does Lei Jun have on Douyin?", "44 million",
    ),
    "Nordlink has delivered more than 400,000 vehicles, on average 40,000 a month.": (
        "How many vehicles has Nordlink delivered?", "400,000",
    ),
    "The Redmi 1 phone started at CNY 799.": ("At what price did the Redmi 1 phone start?", "CNY 799"),
    "The annual pass of Nordlink costs 90 euros.": ("How much does the annual pass of Nordlink cost?", "90 euros"),
    "China bought more than 60% of all electric vehicles.": (
        "What percentage of all electric vehicles did China buy?", "60%",
    ),
    "Nordlink Group was founded in Norway by two men.": ("Where was Nordlink Group founded by two men?", "Norway"),
    "- Ada Brown, the first keeper, wrote the harbour rules in a week.": (
        "Who wrote the harbour rules in a week?", "Ada Brown",
    ),
    "Rong et al. (2017) compared harbour rules across the north.": (
        "Who compared harbour rules across the north?", "Rong",
    ),
    "The reports of the Aurora fund are read by Ada Brown.": (
        "By whom are the reports of the Aurora fund read?", "Ada Brown",
    ),
    "小米公司成立于2010年。": ("小米公司成立于哪一年？", "2010年"),
    "米粉论坛共有7800万人注册。": ("米粉论坛共有多少人注册？", "7800万"),
}  # fmt: skip
GAPS = {
    "Most visitors, about 40 a day, reached Aurora Bay in 2014, not by ferry.": {
        "Fill the gap: Most visitors, about 40 a day, reached Aurora Bay in ____, not by ferry.": "2014",
        "Fill the gap: Most visitors, about ____ a day, reached Aurora Bay in 2014, not by ferry.": "40",
        "Fill the gap: Most visitors, about 40 a day, reached ____ in 2014, not by ferry.": "Aurora Bay",
    },
    "据公司年报，北方航运共运营渡轮40艘，覆盖挪威。": {"填空：据公司年报，北方航运共运营渡轮____艘，覆盖挪威。": "40"},
    "Nordlink opened a depot in Norway in 2014.": {},  # it can be turned round
    "It has about 40 ferries, most of them in the north of Norway.": {},  # it leans
    "Nordlink, 40 and 40: two sums that add up to very little at all.": {},
}  # fmt: skip
GIVES_NOT = (
    "It was founded in 2010.",  # who?
    "The company entered India in 2014.",
    "However, Xiaomi entered India in 2014.",
    "Xiaomi entered India in 2014 and Brazil in 2019.",  # two dates
    "Did Xiaomi enter India in 2014?",
    "Sales: Xiaomi, 2014, India:",
    "When Xiaomi entered India in 2014, Xiaomi sold phones.",
    "The 2014 survey published by Mao was read by few in India.",
    "Xiaomi table India in 2014.",  # no verb
    "他于2010年成立公司。",
)


@pytest.mark.parametrize(("sentence", "expected"), GIVES.items())
def test_a_sentence_gives_its_question(sentence, expected):
    found = [(one.question, one.answer) for one in questions(sentence)]
    assert expected in found
    assert all(answer in sentence and question[-1] in "?？" for question, answer in found)


@pytest.mark.parametrize(("sentence", "expected"), GAPS.items())
def test_what_cannot_be_turned_round_is_asked_with_a_gap(sentence, expected):
    assert {one.question: one.answer for one in asked(sentence) if one.asks == "gap"} == expected


def test_gaps_come_after_what_can_be_turned_round():
    text = f"{next(iter(GAPS))} Nordlink opened a depot in Norway in 2014. Nordlink has 40 ferries in Sweden."
    made = [one.example.question for one in drafts([document("a.txt", text)], 6)]
    gaps = [n for n, question in enumerate(made) if question.startswith("Fill the gap")]
    assert gaps and min(gaps) > made.index("When did Nordlink open a depot in Norway?")


@pytest.mark.parametrize("sentence", GIVES_NOT)
def test_a_sentence_that_leans_or_cannot_be_read_is_not_turned_round(sentence):
    assert list(questions(sentence)) == []


def test_verbs_are_turned():
    told = {
        "planned": "plan",
        "carried": "carry",
        "shared": "share",
        "fell": "fall",
        "launched": "launch",
        "used": "use",
    }
    assert {past: turned(past, False) for past in told} == {past: ("did", base) for past, base in told.items()}
    assert [turned("reaches", False), turned("carries", False), turned("carry", True), turned("carry", False)] == [
        ("does", "reach"), ("does", "carry"), ("do", "carry"), None,
    ]  # fmt: skip


def document(name, text):
    return Document(name, name, text, (), (), "text/plain", "0" * 64)


TEXTS = {
    "a.txt": "Nordlink opened a depot in Norway in 2014. Nordlink has 40 ferries in Sweden. Tea is good.",
    "b.txt": "Ada Brown wrote the harbour rules in 1998. Carl Stone praised the rules of Aurora Bay in 2001.",
}


def test_drafts_are_verbatim_and_a_quarter_is_unanswerable():
    made = drafts([document(name, text) for name, text in TEXTS.items()], 8)
    kinds = [one.example.type for one in made]
    assert kinds.count("unanswerable") == 2 and len({one.example.question for one in made}) == len(made)
    assert {gold.doc for one in made for gold in one.example.gold} == set(TEXTS)
    for one in made:
        fields = json.loads(one.line())
        assert fields["reviewed"] is False and fields["note"]
        for gold in one.example.gold:
            assert holds(TEXTS[gold.doc], gold.quote) and one.example.answers[0][0] in gold.quote


def test_an_exchange_that_the_documents_answer_is_not_made():
    apart = {"b.txt": "Ada Brown wrote the harbour rules in 1998.", "c.txt": "Carl Stone praised Aurora Bay in 2001."}
    exchanged = "When did Carl Stone write the harbour rules?"

    def asked(texts):
        return {one.example.question for one in drafts([document(*one) for one in texts.items()], 40)}

    assert exchanged in asked(apart)
    assert exchanged not in asked(apart | {"d.txt": "The harbour has rules. Carl Stone once wrote some as well."})


def test_a_date_takes_no_product_s_place():
    price = document("a.txt", "The starting price of Xiaomi SU7 is nearly 50000 yuan lower than Tesla Model 3.")

    def asked(other):
        return " ".join(one.example.question for one in drafts([price, document("b.txt", other)], 20))

    assert "starting price of Zeekr 7" in asked("Its rival is the Zeekr 7.")
    assert "starting price of December 18" not in asked("It was shown on December 18.")


def test_no_draft_is_asked_before_a_person_accepted_it(tmp_path):
    made = drafts([document(name, text) for name, text in TEXTS.items()], 4)
    path = tmp_path / "drafts.jsonl"
    write(made, path)
    with pytest.raises(EvalError, match=r"line 1, field 'reviewed': 'draft-001' is a draft.*set \"reviewed\" to true"):
        read(path)
    with pytest.raises(EvalError, match="give another file to --out"):
        write(made, path)
    path.write_text(path.read_text("utf-8").replace('"reviewed": false', '"reviewed": true'), "utf-8")
    assert [example.question for example in read(path)] == [one.example.question for one in made]


def test_documents_without_a_plain_sentence_are_told():
    with pytest.raises(EvalError, match="write the questions yourself"):
        drafts([document("a.txt", "It rains. Tea is good.")])


def test_the_command(tmp_path):
    shelf = Library(tmp_path, **{name.replace(".", "_"): text for name, text in TEXTS.items()})
    shelf.index.store.close()
    target = tmp_path / "drafts.jsonl"
    command = ["draft", "--index", str(shelf.directory), "--count", "5"]
    done = CliRunner().invoke(app, [*command, "--out", str(target)])
    assert done.exit_code == 0 and "5 drafts in" in done.stderr, done.output
    assert len(target.read_text("utf-8").splitlines()) == 5
    assert CliRunner().invoke(app, command).stdout == target.read_text("utf-8")
    asked = CliRunner().invoke(app, ["--questions", str(target), "--index", str(shelf.directory)])
    assert asked.exit_code == 1 and "line 1" in asked.stderr and "draft" in asked.stderr
    nowhere = CliRunner().invoke(app, ["draft", "--index", str(tmp_path / "none")])
    assert nowhere.exit_code == 1 and "qa index" in nowhere.stderr

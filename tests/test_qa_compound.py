"""Questions of several parts, and points that a running text counts off."""

from dataclasses import replace

import pytest
from fakes import Library

from corpus.document import Passage
from qa import abstain
from qa.answer import Citation, Options
from qa.compound import clauses, parts
from qa.conversation import Asked
from qa.evidence import Evidence, Judged, Scorer, merge
from qa.features import matrix
from qa.pipeline import judge
from qa.points import completed, points
from qa.read.quote import QuoteReader

INN = "# The Tern Inn\n\nThe Tern Inn opened in May 1931. Its founder was Olga Brandt.\n\nA room costs 84 euros.\n"
BOOM = (
    "# The harbour\n\n## Outlook\n\nThe harbour faces three dangers in the years ahead: firstly, the silt is rising.\n"
    "Dredgers of the county take away a third of it, and they come only in spring.\n"
    "Each of them needs four weeks for the outer basin.\nSecondly, the pilots are old.\n"
    "Half of them retire by 2030, and the school at Lund trains two a year.\n"
    "Finally, the cranes were built for smaller ships.\nThis is told in the yearbook.\n"
)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who signed it, and by when?", ["Who signed it", "by when?"]),
        ("Can I bring a dog, and does it need a lead?", ["Can I bring a dog", "does it need a lead?"]),
        ("Which mills sold paper and did well?", ["Which mills sold paper and did well?"]),  # no other subject
        ("At what time and from where does it leave?", ["At what time and from where does it leave?"]),
        (
            "When did the mill open, burn down and open again?",
            ["When did the mill open, burn down and open again?"],  # "burn" is not among the verbs known
        ),
        (
            "When did the mill open as a shop, buy a boat and make soap?",
            ["When did the mill open as a shop?", "When did the mill buy a boat?", "When did the mill make soap?"],
        ),
        (
            "What part do cooks play in planning and in buying the food?",
            ["What part do cooks play in planning?", "What part do cooks play in buying the food?"],
        ),
        ("How much is the tea, and the cake of the day?", ["How much is the tea?", "How much is the cake of the day?"]),
        ("How much do the teas cost, and the cake?", ["How much do the teas cost?", "How much does the cake cost?"]),
        ("How many beds has it, and the main house?", ["How many beds has it?", "How many the main house?"]),
        ("How long are the course and the exam?", ["How long is the course?", "How long is the exam?"]),
        (
            "What are the price and the weight of the lamp?",
            ["What is the price of the lamp?", "What is the weight of the lamp?"],
        ),
        ("Which are the oldest and the newest mill?", ["Which are the oldest and the newest mill?"]),
        ("What do Kern and Hall sell?", ["What does Kern sell?", "What does Hall sell?"]),
        ("Where do the cooks and the crew each eat?", ["Where do the cooks eat?", "Where does the crew eat?"]),
        (
            "Which towns built mills, and which ones closed theirs?",
            ["Which towns built mills", "which towns closed theirs?"],
        ),
        (
            "What is the mill worth by Kern's account and by Hall's?",
            ["What is the mill worth by Kern's account?", "What is the mill worth by Hall's account?"],
        ),
    ],
)
def test_questions_in_one(question, found):
    assert parts(question) == found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Kern and Hall met. Kern left in May. Hall stayed. Kern wrote. Hall read.", 2),
        ("Kern and Hall make soap. Kern and Hall was founded in 1900.", 1),
    ],
)
def test_joined_names_are_one_where_they_seldom_stand_alone(text, count):
    assert len(parts("What do Kern and Hall sell?", [text])) == count


def test_a_span_of_time_is_one_thing():
    for question in ("What was lost between 2015 and 2019?", "What happened between Monday and Friday?"):
        assert parts(question) == [question]
    for question in ("What were the sales in 2015 and 2019?", "How did it differ between March and April?"):
        assert len(parts(question)) == 2


def test_a_clause_that_asks_nothing_itself_is_none():
    assert clauses("In which year and in what house did it open?") == ["In which year and in what house did it open?"]


def judged(texts, scores, confidence=0.5):
    evidence = []
    for text, score in zip(texts, scores, strict=True):
        passage = Passage(text, 0, len(text), text, None, (), ((0, len(text)),))
        evidence.append(Evidence(Citation(passage, 0, len(text), ""), score))
    return Judged(tuple(evidence), confidence, matrix([]))


def test_the_best_of_each_part_comes_first_then_what_stands_out_in_a_part_or_in_the_whole():
    first, second = judged("abc", [0.7, 0.2, 0.1], 0.6), judged("ad", [0.8, 0.1], 0.9)
    whole = judged("cae", [0.6, 0.3, 0.1])
    merged = merge(whole, [first, second])
    told = [(e.citation.quote, pytest.approx(e.score)) for e in merged.evidence]
    quarter = 0.25  # of the chance mass for each part's best, which are two sentences, though "a" is best in both
    assert told == [("a", quarter), ("d", quarter), ("c", 0.3 / 4), ("b", 0.2 / 4), ("e", 0.05 / 4)]
    assert (merged.confidence, merged.parts) == (0.9, 2)


def test_a_part_without_an_answer_is_told(tmp_path, encoder):
    assistant = Library(tmp_path, encoder, inn_md=INN, harbour_md=BOOM).assistant()
    answer = assistant.ask("Who founded the Tern Inn, and what does Olga Brandt own in Oslo?")
    assert next(c.text for c in answer.claims if not c.context) == "Its founder was Olga Brandt."
    assert answer.message == "I found no sure answer to “what does Olga Brandt own in Oslo?”."
    gone = assistant.ask("What does Carl Hall own in Oslo and who founded the Tern Inn?")
    assert "Olga Brandt" in gone.text and gone.message == "I found no sure answer to “What does Carl Hall own in Oslo”."
    new = assistant.ask("Who founded the Tern Inn and what is the price of a room in Nairobi, Kenya?")  # names nowhere
    assert "Olga Brandt" in new.text and "Kenya" in new.message
    alone = assistant.ask("Who founded the Tern Inn?")
    assert new.confidence > alone.confidence - 0.05  # that the other part has no answer makes this one no less sure
    # names joined in one clause are all asked for
    assert assistant.ask("When was the Tern Inn opened by Brandt and Kofler?").abstained
    both = assistant.ask("Who founded the Tern Inn, and what does a room cost?")
    assert "84" in both.text and not both.message


def test_each_part_is_read_from_sentences_of_the_kind_that_it_asks_for(tmp_path, encoder):
    class Fixed(Scorer):
        def over(self, index):
            return self

        def judge(self, asked, hits):
            costs = judged(["The cost of a room is told at the desk.", "A room costs 84 euros."], [0.6, 0.4], 0.9)
            return costs if "cost" in asked.question else judged(["It opened in May 1931."], [1.0], 0.9)

    index, question = Library(tmp_path, encoder, inn_md=INN).index, "When did it open, and how much does a room cost?"
    asked = Asked(question, question, (question,), (1.0,))
    weighed = judge(asked, index.retrieve([question], 3), index, Fixed(index))
    assert {e.citation.quote for e in weighed.evidence[:2]} == {  # whether there is an answer is decided from these
        "It opened in May 1931.", "The cost of a room is told at the desk.",
    }  # fmt: skip
    found = abstain.fitting_first(asked, weighed).evidence
    assert {e.citation.quote for e in found[:2]} == {"It opened in May 1931.", "A room costs 84 euros."}


def test_parts_that_name_authors_are_found_in_what_each_wrote(tmp_path, encoder):
    library = Library(
        tmp_path, encoder,
        one_md="# On dunes\n\nAda Kern\n\n## Findings\n\nThe dunes move inland by four metres a year.\n",
        two_md="# On cliffs\n\nCarl Hall\n\n## Findings\n\nThe cliffs lose nine centimetres a year.\n",
    )  # fmt: skip
    question = "How fast do the dunes move according to Kern, and what do cliffs lose according to Hall?"
    answer = library.assistant().ask(question)
    assert "four metres" in answer.text and "nine centimetres" in answer.text


@pytest.mark.parametrize(
    ("texts", "place", "found"),
    [
        (["Two aims.", "First, speed.", "It saves time.", "Second, comfort.", "That is all."], 1, [1, 3]),
        (["Two aims.", "First, speed.", "Second, comfort."], 0, [1, 2]),  # the sentence before announces them
        (["It has two: firstly, speed.", "Lastly, comfort."], 0, [0, 1]),
        (["The first reason is speed.", "The second is comfort."], 1, [0, 1]),
        (["First, speed.", "It saves time.", "Second, comfort."], 1, []),  # what is said in between is none
        (["First, speed.", "Third, comfort."], 0, []),  # out of order
        (["First, speed.", "It saves time.", "First, comfort.", "Second, price."], 0, []),  # another count begins
        (["First, speed.", "Second, price.", "Finally, comfort.", "Fourth, x."], 0, [0, 1, 2]),
        (["The first author is Kern.", "The second author is Hall."], 0, []),
        (["First, speed.", *["It goes on."] * 21, "Second, comfort."], 0, []),
    ],
)
def test_points_counted_off(texts, place, found):
    assert points(texts, place) == found


def test_points_are_told_whole_where_several_things_are_asked_for(tmp_path, encoder):
    assistant = Library(tmp_path, encoder, harbour_md=BOOM, inn_md=INN).assistant()
    # one passage is found, the rest of the section is looked up
    answer = assistant.ask("Which three dangers does the harbour face?", options=Options(k=1))
    assert [c.text.split(",")[0] for c in answer.claims] == [
        "The harbour faces three dangers in the years ahead: firstly",
        "Secondly",
        "Finally",
    ]
    assert all(c.item for c in answer.claims)
    assert all(citation.passage.text.count(citation.quote) for citation in answer.citations)


def test_points_are_one_part_of_an_answer_to_two_questions():
    told = ("First, the silt rises.", "Second, the pilots are old.")
    passage = Passage("harbour", 0, 50, " ".join(told), None, (), ((0, 22), (23, 50)))
    one, two = (Citation(passage, start, end, "") for start, end in passage.sentences)
    found = [Evidence(one, 0.25), piece("Its founder was Olga Brandt."), Evidence(two, 0.0)]
    both = list(QuoteReader().read("Which dangers are there, and who founded the inn?", found))
    assert [draft.text for draft in both] == [*told, "Its founder was Olga Brandt."]
    assert [draft.text for draft in QuoteReader().read("Which dangers are there?", found)] == list(told)


def piece(text):
    passage = Passage(text, 0, len(text), text, None, (), ((0, len(text)),))
    return Evidence(Citation(passage, 0, len(text), ""), 0.25)


@pytest.mark.parametrize(("second", "missing"), [("Hall left Graz in 1931.", 0.0), ("He left in 1931.", 1.0)])
def test_the_names_of_several_parts_stand_in_their_sentences_together(second, missing):
    found = Judged((piece("Kern left Brno in 1930."), piece(second)), 0.8, matrix([]), parts=2)
    question = "When did Kern leave Brno and when did Hall leave Graz?"
    asked = Asked(question, question, (question,), (1.0,))
    assert abstain.signals(asked, found)[abstain.SIGNALS.index("names")] == missing
    assert ("“Hall” or “Graz”" in abstain.refusal(asked, found, 2)) == bool(missing)


def test_the_number_of_a_page_is_no_evidence(tmp_path, encoder):
    page = "The mill of Kern was sold in the\n\n608\n\nspring of 1931 to a brewer.\n"
    answer = Library(tmp_path, encoder, mill_txt=page).assistant().ask("In which year was the mill of Kern sold?")
    assert "608" not in [c.text for c in answer.claims] and "608" not in [c.quote.strip() for c in answer.nearest]


@pytest.mark.parametrize(
    ("part", "unheld", "told"),
    [
        ("what does a room cost?", frozenset(), False),
        ("what does a room cost?", frozenset({"oslo"}), False),  # a name of another part
        ("what does a room cost in Oslo?", frozenset({"oslo"}), True),
    ],
)
def test_a_part_is_told_as_unanswered_sooner_where_a_name_of_it_stands_nowhere(part, unheld, told):
    found = Judged((piece("A room costs 84 euros."),), 0.25, matrix([]), unheld=unheld)
    asked = Asked(part, part, (part,), (1.0,))
    assert abstain.HARDLY < abstain.chance(asked, replace(found, unheld=frozenset())) < abstain.BARS["usual"]
    assert abstain.hardly(asked, found) == told


def test_whether_a_chinese_part_is_unanswered_is_not_told_by_the_chance_alone():
    found = Judged((piece("A room costs 84 euros."),), 0.01, matrix([]))
    assert [abstain.hardly(Asked(q, q, (q,), (1.0,)), found) for q in ("房间多少钱？", "what is a room?")] == [
        False,
        True,
    ]


def test_points_are_looked_up_only_where_several_things_are_asked_for(tmp_path, encoder):
    index = Library(tmp_path, encoder, harbour_md=BOOM).index
    hit = index.retrieve(["The harbour faces three dangers"], 1)[0]
    found = Judged((Evidence(Citation(hit.passage, *hit.passage.sentences[0], ""), 0.9),), 0.9, matrix([]))
    assert completed("When does the harbour close?", found, index) is found
    assert len(completed("Which dangers does the harbour face?", found, index).evidence) > 1


def test_a_part_that_names_nothing_is_weighed_with_the_names_of_the_whole_and_alone(tmp_path, encoder, monkeypatch):
    weighed = []
    unnoted = Scorer.judge

    def noted(self, asked, hits):
        weighed.append(asked.full)
        return unnoted(self, asked, hits)

    monkeypatch.setattr(Scorer, "judge", noted)
    assistant = Library(tmp_path, encoder, inn_md=INN).assistant()
    assistant.ask("What does a room cost at the Tern Inn, and how long does the ferry crossing take?")
    assert weighed[1:] == [
        "What does a room cost at the Tern Inn",
        "Tern Inn how long does the ferry crossing take?",
        "how long does the ferry crossing take?",
    ]
    weighed.clear()
    assistant.ask("When did the Tern Inn open, and who was its founder?")  # leans on the first
    assert weighed
    assert not any(full.startswith("who") for full in weighed)

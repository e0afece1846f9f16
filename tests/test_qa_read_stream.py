import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.prompt import REFUSAL
from qa.read.stream import MOST_SENTENCES, Piece, circles, complete, drafts

TEXTS = (
    "Xiaomi was founded by Mr. Lei in 2010. It cost 3.5 million U.S. dollars (see Fig. 3). That is all.",
    'He said: "We begin. Now. Here." Then he left. Li et al. found 1.77 vs. 2.3 there.',
    "The goals are:\n- Grow by 30%. Soon.\n- Sell 5 million cars\n\nThey are bold.",
    "1. First point.\n2. Second point, e.g. this one.\n3) Third",
    "小米汽车成立于2021年。价格为21.59万元！他说：“好。”",
    "It ended...and then (maybe. Or not) came No. 1. Yes!",
    "<think>\nHm. Let me see. 3 < 4.\n</think>\n\nThe price is 215,900 yuan. It is low.",
)


def say(text, *, size=None, cut=False, log=None):
    """Yield ``text`` in pieces of ``size`` characters (by words without), and log that it was closed."""
    step = size or len(text) or 1
    try:
        for i in range(0, len(text), step):
            yield Piece(text[i : i + step])
        yield Piece("", cut=cut)
    finally:
        if log is not None:
            log.append("closed")


def told(text, **options):
    return [d.text for d in drafts(say(text, **options))]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_any_size_give_the_same_sentences(text, size):
    assert told(text, size=size) == told(text)


def test_sentences():
    assert told(TEXTS[0]) == [
        "Xiaomi was founded by Mr. Lei in 2010.",
        "It cost 3.5 million U.S. dollars (see Fig. 3).",
        "That is all.",
    ]
    assert told(TEXTS[4]) == ["小米汽车成立于2021年。", "价格为21.59万元！", "他说：“好。”"]


def test_entries_of_a_list_are_marked():
    found = list(drafts(say(TEXTS[2], size=4)))
    assert [(d.text, d.item) for d in found] == [
        ("The goals are:", False),
        ("Grow by 30%. Soon.", True),
        ("Sell 5 million cars", True),
        ("They are bold.", False),
    ]
    assert [(d.text, d.item) for d in drafts(say(TEXTS[3]))] == [
        ("First point.", True),
        ("Second point, e.g. this one.", True),
        ("Third", True),
    ]
    assert [(d.text, d.item) for d in drafts(say("- - One.\n- 2. Two."))] == [("One.", True), ("Two.", True)]


def test_a_sentence_comes_as_soon_as_the_next_has_begun():
    seen = []

    def pieces():
        for word in ["One is here. ", "Two ", "is ", "there. "]:
            seen.append(word)
            yield Piece(word)

    assert next(drafts(pieces())).text == "One is here."
    assert seen == ["One is here. ", "Two "]


def test_thoughts_are_never_shown():
    assert told(TEXTS[6], size=1) == ["The price is 215,900 yuan.", "It is low."]
    assert told("<think>Never closed. At all. Ever.", size=1) == []
    assert told("Lost thought. Another one here. </think>The answer is 5.") == ["The answer is 5."]


@pytest.mark.parametrize(
    "text",
    [
        "<thinking>Is it four? It is four.</thinking>It is five. Yes.",
        "<thought>\nIt is four.\n</thought>\nIt is five. Yes.",
        "[THINK]Is it four? It is four.[/THINK]It is five. Yes.",
        "Is it four? It is four.[/THINK]It is five. Yes.",
        "<|channel|>analysis<|message|>Is it four? It is four.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>It is five. Yes.<|return|>",
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thoughts_in_the_marks_of_other_models_are_never_shown(text, size):
    assert told(text, size=size) == ["It is five.", "Yes."]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It costs 5 yuan [1].", "It costs 5 yuan."),
        ("It costs 5 yuan. [2][3]", "It costs 5 yuan."),
        ("It costs 5 yuan [1, 2].", "It costs 5 yuan."),
        ("Source 2: It costs 5 yuan.", "It costs 5 yuan."),
        ("According to source [2], it costs 5 yuan.", "It costs 5 yuan."),
        ("Based on the numbered sources, it costs 5 yuan.", "It costs 5 yuan."),
        ("Answer: it costs **5 yuan**.", "It costs 5 yuan."),
        ("The price (source 1) is 5 yuan.", "The price is 5 yuan."),
        ("It costs 5 yuan【1】。", "It costs 5 yuan。"),
        ("The array [a] has [2020–2021 data] in it.", "The array [a] has [2020–2021 data] in it."),
    ],
)
def test_marks_and_lead_ins_are_taken_off(text, plain):
    assert told(text) == [plain]


def test_a_sentence_cut_by_the_limit_is_dropped():
    assert told("One is here. Two is th", cut=True) == ["One is here."]
    assert told("One is he", cut=True) == []
    assert told("One is here. Two is th") == ["One is here.", "Two is th"]


@pytest.mark.parametrize(
    "text",
    [
        REFUSAL,
        REFUSAL.upper(),
        f'"{REFUSAL}" The capital is Canberra.',
        "The sources do not mention Instagram.",
        "The provided sources don't contain the price.",
        "When was it founded?",
        "",
        "   \n\n",
        "[1]",
    ],
)
def test_a_refusal_yields_nothing(text):
    assert told(text) == []


def test_what_was_said_before_a_refusal_stays():
    assert told(f"It costs 5 yuan. {REFUSAL} Really.") == ["It costs 5 yuan."]


def test_a_repeated_sentence_ends_the_reading():
    log = []
    assert told("It is low. It is low! More to come.", log=log) == ["It is low."]
    assert log == ["closed"]


def test_a_text_in_circles_ends_the_reading():
    log = []
    endless = "One is here. So " + "and the price of it is low " * 500
    assert told(endless, size=5, log=log) == ["One is here."]
    assert log == ["closed"]
    assert not circles("It is low, it is low.")


def test_enough_is_enough():
    log = []
    found = drafts(say(" ".join(f"Fact {n} is told." for n in range(50)), size=3, log=log))
    assert len(list(found)) == MOST_SENTENCES
    assert log == ["closed"]


def test_closing_the_drafts_closes_the_pieces():
    log = []
    found = drafts(say("One is here. Two is there. Three.", size=3, log=log))
    next(found)
    found.close()
    assert log == ["closed"]


@given(st.text(max_size=80), st.integers(1, 9))
def test_no_text_breaks_it(text, size):
    for draft in drafts(say(text, size=size)):
        assert draft.text and draft.text == draft.text.strip() and "\n" not in draft.text


WORDS = st.lists(
    st.sampled_from(("one", "Two", "3.5", "Dr.", "et al.", "U.S.", "end.", "End!", "e.g.", "No.", "(a", "b)", '"'))
    | st.sampled_from(("“so.”", "他。", "好！", "\n", "x < 3", "1.5")),
    unique=True,  # else the guard against circles cuts in
)


@given(WORDS, st.integers(1, 9))
def test_nothing_is_lost_and_nothing_is_said_twice(words, size):
    text = " ".join(("Begin", *words))
    said = " ".join(sentence for sentence, _ in complete(say(text, size=size)))
    assert "".join(said.split()) == "".join(text.split())

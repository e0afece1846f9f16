"""The load benchmark: its questions have one right answer each, and people who chat lose nothing."""

from eval.bench.load import asked, chats, number


def test_each_question_has_an_answer_of_its_own():
    answers = {number(document, hall) for document in range(300) for hall in range(10)}
    assert len(answers) == 3000
    assert asked(3, 4, 50) != asked(4, 3, 50)


def test_people_who_chat_are_answered_and_their_turns_kept():
    found = chats(3, 0.04, 40)
    assert found["answered"] >= 3
    assert (found["errors"], found["lost or wrong"]) == (0, 0)

"""Vectors by number: exact below a size, an inverted file of measured recall above it; changes without training."""

import os
import random
from dataclasses import replace

import numpy as np
import pytest
from fakes import HashEncoder, Library

from corpus.document import Document, Passage
from corpus.errors import StoreError
from index import derive, inverted, segments
from index.dense import Dense
from index.lexical import Lexical
from index.retrieve import Index
from index.store import FileState, Store
from index.sync import remove
from index.verify import verify

SIZE, DIM, TOPICS = 600, 64, 30
WORDS = [f"{a}{b}" for a in ("har", "lan", "ter", "mos", "vel", "quin") for b in ("bour", "dal", "ris", "ton", "nik")]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Lower the sizes, so that what happens to millions happens to hundreds."""
    monkeypatch.setattr(inverted, "EXACT_UP_TO", 500)
    monkeypatch.setattr(segments, "most", lambda passages: 100)


class Shelf:
    """A store of documents of some passages, words and vectors drawn anew for each, and what it should hold."""

    def __init__(self, directory, seed=0):
        self.directory = directory
        self.store = Store(directory, create=True)
        self.store.put("encoder", HashEncoder().name)
        self.chance = np.random.default_rng(seed)
        self.topics = self.chance.standard_normal((TOPICS, DIM))
        self.count = 0

    def add(self, passages, each=4):
        """Write passages in documents of a few; returns the documents' ids."""
        names = []
        with self.store.transaction():
            for _ in range(0, passages, each):
                names.append(f"{self.count}.txt")
                self.write(names[-1], each)
        return names

    def write(self, name, each):
        texts, place, held = [], 0, []
        for _ in range(each):
            self.count += 1
            texts.append(f"Unique{self.count}x " + " ".join(self.chance.choice(WORDS, 8)))
            held.append(Passage(name, place, place + len(texts[-1]), texts[-1], None, (), ()))
            place += len(texts[-1]) + 1
        rows = self.topics[self.chance.integers(TOPICS, size=each)] + 0.7 * self.chance.standard_normal((each, DIM))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        self.store.put_file(name, FileState(name, place, 0, 0))
        self.store.write(name, Document(name, name, "\n".join(texts), (), (), "text/plain", ""), held, list(rows))

    def questions(self, count=20):
        rows = self.topics[self.chance.integers(TOPICS, size=count)] + self.chance.standard_normal((count, DIM))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def index(self):
        return Index(self.directory, HashEncoder())


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "index")
    yield shelf
    shelf.store.close()


def nearest(store, question, k):
    every = {key: cosine for keys, rows in store.vectors() for key, cosine in zip(keys, rows @ question, strict=True)}
    return sorted(every, key=lambda key: -every[key])[:k], every


def recall(index, questions):
    found = 0
    for question in questions:
        best, _ = nearest(index.store, question, 10)
        found += len(set(best) & set(list(index._nearest(index._current().dense, question))[:10]))
    return found / (10 * len(questions))


def bm25(derived, text):
    return sorted((round(score, 4), key) for key, score in derived.lexical.search([(text, 1.0)], 10_000))


def test_a_few_vectors_are_searched_exactly_and_many_by_an_inverted_file(shelf):
    shelf.add(400)
    assert derive.build(shelf.store, shelf.directory).dense.tuning is None
    assert shelf.index().status().vectors == "exact, 400 vectors"
    assert recall(shelf.index(), shelf.questions()) == 1
    shelf.add(200)
    dense = derive.build(shelf.store, shelf.directory).dense
    assert len(dense) == 600 and dense.lists == 128 and dense.tuning.trained == 600
    assert dense.tuning.recall >= inverted.RECALL and dense.tuning.nprobe < dense.lists
    told = shelf.index().status().vectors
    assert told.startswith(f"IVF128 SQ8, nprobe {dense.tuning.nprobe}, recall@10 ") and "600 vectors" in told
    assert recall(shelf.index(), shelf.questions(200)) >= inverted.RECALL


def test_what_is_measured_is_the_share_of_the_nearest_that_is_found(shelf):
    shelf.add(SIZE)
    dense = derive.build(shelf.store, shelf.directory).dense
    questions = shelf.questions(50)
    bounds = inverted.tenth(questions, (rows for _, rows in shelf.store.vectors()))
    told = inverted.measured(dense, shelf.store, questions, bounds)
    assert told == pytest.approx(recall(shelf.index(), questions), abs=1e-9)
    assert bounds[0] == pytest.approx(sorted(nearest(shelf.store, questions[0], 10)[1].values())[-10], abs=1e-6)


@pytest.mark.parametrize("size", [400, SIZE])
def test_scores_are_exact_whatever_the_form(shelf, size):
    shelf.add(size)
    derive.build(shelf.store, shelf.directory)
    index = shelf.index()
    for question in shelf.questions(5):
        _, every = nearest(shelf.store, question, 10)
        found = index._nearest(index._current().dense, question)
        assert len(found) >= 10 and found == pytest.approx({key: every[key] for key in found}, abs=1e-5)
        assert list(found.values()) == sorted(found.values(), reverse=True)
    asked = random.Random(0).sample(sorted(every), 50)
    assert shelf.store.cosines(asked, question) == pytest.approx({key: every[key] for key in asked}, abs=1e-5)
    assert shelf.store.cosines([], question) == shelf.store.cosines([10**9], question) == {}
    index.store.close()


@pytest.mark.parametrize("size", [240, SIZE])
def test_changes_lead_to_what_making_all_anew_does(shelf, monkeypatch, size):
    held = shelf.add(size)
    derive.build(shelf.store, shelf.directory)
    chance = random.Random(size)
    with monkeypatch.context() as never:
        never.setattr(inverted, "build", lambda store: pytest.fail("made anew"))
        for turn in range(8):
            for name in chance.sample(held, chance.choice([0, 1, 5])):
                held.remove(name)
                shelf.store.remove_file(name)
            if turn % 3:
                shelf.write(held[turn], 3)  # a document that changed
            held += shelf.add(chance.choice([0, 4, 32]))
            changed = derive.build(shelf.store, shelf.directory)
            assert np.array_equal(changed.dense.keys(), shelf.store.keys())
            assert np.array_equal(changed.lexical.keys(), shelf.store.keys())
    texts = [" ".join(chance.sample(WORDS, 3)) for _ in range(5)]
    found = [bm25(changed, text) for text in texts]
    before = recall(shelf.index(), shelf.questions(50))
    anew = derive.build(shelf.store, shelf.directory, anew=True)
    assert [bm25(anew, text) for text in texts] == found
    assert before >= inverted.RECALL and (before == 1 or size == SIZE)
    assert verify(shelf.directory).problems == verify(shelf.directory).repaired == ()


def test_few_segments_are_written_for_a_change_and_their_number_stays_low(shelf):
    shelf.add(300)
    derive.build(shelf.store, shelf.directory)
    before = files(shelf)
    for _ in range(30):
        shelf.add(4)
        derive.build(shelf.store, shelf.directory)
        assert before.items() <= files(shelf).items()  # linked, not written again
    assert len(segments.listed(folder(shelf))) <= 3 + 8
    (first, *_) = shelf.store.documents()
    remove([first.id], shelf.directory)
    assert len(before.items() & files(shelf).items()) >= len(before) * 3 // 4 - 1


def folder(shelf):
    return derive.lexical_folder(shelf.directory, derive.stamped(shelf.directory))


def files(shelf):
    return {path.name: path.stat().st_ino for path in folder(shelf).glob("*.idx")}


@pytest.mark.parametrize("size", [240, SIZE])
def test_what_is_deleted_is_in_no_file_and_never_comes_back(shelf, size):
    names = shelf.add(size)
    shelf.store.scrub()
    derive.build(shelf.store, shelf.directory)
    words, codes = [], []
    for passage, *_, vector in shelf.store.pieces(names[7]):
        words.append(passage.text.split()[0].lower())
        codes.append(vector.astype(np.float32))
    gone = set(next(shelf.store.vectors())[0][28:32])
    dense = derive.load(shelf.directory).dense
    remove([names[7]], shelf.directory)
    everything = b"".join(p.read_bytes() for p in sorted(shelf.directory.rglob("*")) if p.is_file()).lower()
    assert not [word for word in words if word.encode() in everything]
    assert not [code for code in codes if code.astype(np.float16).tobytes() in everything]
    index = shelf.index()
    derived = index._current()
    assert not gone & set(derived.dense.keys().tolist()) and gone <= set(dense.keys().tolist())
    for _ in range(3):
        shelf.add(4)
        derived = derive.build(shelf.store, shelf.directory)
        for code, word in zip(codes, words, strict=True):
            assert not gone & {key for key, _ in derived.dense.search(code[None], 300)[0]}
            assert derived.lexical.document_frequency(word) == 0
    index.store.close()


def test_an_inverted_file_is_trained_again_when_twice_or_half_as_many_are_held(shelf):
    names = shelf.add(SIZE)
    derive.build(shelf.store, shelf.directory)
    names += shelf.add(500)
    assert derive.build(shelf.store, shelf.directory).dense.tuning.trained == SIZE
    names += shelf.add(200)
    assert derive.build(shelf.store, shelf.directory).dense.tuning.trained == 1300
    for name in names[:100]:
        shelf.store.remove_file(name)
    assert derive.build(shelf.store, shelf.directory).dense.tuning.trained == 1300
    for name in names[100:260]:
        shelf.store.remove_file(name)
    assert derive.build(shelf.store, shelf.directory).dense.tuning is None


def test_recall_is_measured_again_once_a_tenth_has_changed(shelf, monkeypatch):
    shelf.add(SIZE)
    first = derive.build(shelf.store, shelf.directory).dense.tuning
    shelf.add(40)
    second = derive.build(shelf.store, shelf.directory).dense.tuning
    assert (second.changed, second.recall) == (40, first.recall)
    assert "40 changed since" in derive.described(shelf.directory)
    shelf.add(40)
    third = derive.build(shelf.store, shelf.directory).dense.tuning
    assert third.changed == 0 and third.recall >= inverted.RECALL
    assert first.trained == third.trained == SIZE
    shelf.add(80)
    with monkeypatch.context() as drifted:
        drifted.setattr(inverted, "_tuned", lambda dense, *rest: inverted.replace(dense.tuning, recall=0.9))
        assert not inverted.update(derive.load(shelf.directory, mapped=False).dense, shelf.store, *changes(shelf))
    monkeypatch.setattr(inverted, "update", lambda *arguments: False)
    assert derive.build(shelf.store, shelf.directory).dense.tuning.trained == SIZE + 160


def changes(shelf):
    keys, held = shelf.store.keys(), derive.load(shelf.directory).dense.keys()
    return np.setdiff1d(keys, held), np.setdiff1d(held, keys)


def test_large_files_are_not_read_at_opening_but_checked_by_verify(shelf, monkeypatch):
    shelf.add(SIZE)
    derive.build(shelf.store, shelf.directory)
    monkeypatch.setattr(derive, "HASHED", 0)
    monkeypatch.setattr(derive, "_facts", lambda path: pytest.fail("hashed"))
    assert derive.load(shelf.directory)
    monkeypatch.undo()
    monkeypatch.setattr(derive, "HASHED", 0)
    file = derive.dense_file(shelf.directory, shelf.store.generation)
    stat, data = file.stat(), bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.unlink()
    file.write_bytes(data)
    assert derive.load(shelf.directory) is None  # written since
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as a disk that fails would
    assert derive.load(shelf.directory) and derive.load(shelf.directory, thorough=True) is None
    assert "made anew" in verify(shelf.directory).repaired[0]
    assert derive.load(shelf.directory, thorough=True)


def test_a_layout_of_segments_that_is_not_known_is_written_anew(shelf, monkeypatch):
    shelf.add(240)
    derive.build(shelf.store, shelf.directory)
    shelf.add(4)
    monkeypatch.setattr(segments, "listed", segments.listed)

    def unknown(place):
        raise segments.UnknownLayout(str(place))

    monkeypatch.setattr(segments, "update", lambda *arguments: unknown(arguments[0]))
    assert len(derive.build(shelf.store, shelf.directory).lexical) == 244
    (folder(shelf) / "meta.json").write_text('{"segments": [{"uuid": 1}]}')
    with pytest.raises(segments.UnknownLayout):
        segments.listed(folder(shelf))


def test_a_mapped_index_answers_after_its_file_is_gone(tmp_path):
    rows = np.eye(8, dtype=np.float32)
    dense = Dense()
    dense.add([5, 6, 7], rows[:3])
    dense.save(tmp_path / "dense")
    mapped = Dense.load(tmp_path / "dense")
    (tmp_path / "dense").unlink()
    assert mapped.search(rows[1:2], 1) == [[(6, 1.0)]]
    empty = Dense()
    empty.save(tmp_path / "empty")
    assert len(Dense.load(tmp_path / "empty")) == 0 and empty.search(rows[:2], 3) == [[], []]
    assert empty.keys().tolist() == [] and mapped.keys().tolist() == [5, 6, 7]


def test_status_tells_what_is_not_made_yet(tmp_path):
    library = Library(tmp_path, note_txt="A note on lamps.")
    (library.directory / derive.STAMP).unlink()
    assert "not made yet" in library.index.status().vectors
    library.index.store.close()


def test_lists_searched_never_exceed_twice_those_of_the_training(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.add(SIZE)
    dense = inverted.build(shelf.store)
    assert dense.tuning is not None and dense.tuning.first == dense.tuning.nprobe
    first = dense.tuning.first
    dense.tuning = replace(dense.tuning, nprobe=2 * first, changed=SIZE)  # as after drift
    shelf.topics = -shelf.topics[::-1]
    shelf.add(80)
    added = np.setdiff1d(shelf.store.keys(), dense.keys())
    inverted.update(dense, shelf.store, added, added[:0])
    assert dense.tuning.nprobe <= 2 * first
    shelf.store.close()


def test_equal_scores_come_in_one_order_however_passages_are_parted(tmp_path):
    texts = [(key, "overdue invoice of the harbour") for key in range(1, 301)]
    whole = Lexical.build(tmp_path / "one", texts, 300)
    parted = whole.updated(tmp_path / "two", [], [7], lambda keys: [entry for entry in texts if entry[0] in set(keys)])
    anew = Lexical.build(tmp_path / "three", [entry for entry in texts if entry[0] != 7], 299)
    asked = [("overdue invoice", 1.0)]
    assert parted.search(asked, 50) == anew.search(asked, 50)
    assert [key for key, _ in anew.search(asked, 8)] == [1, 2, 3, 4, 5, 6, 8, 9]


def test_vectors_are_finite(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.topics[:] = np.nan
    with pytest.raises(StoreError, match="finite"):
        shelf.add(4)
    assert shelf.store.counts() == (0, 0)
    shelf.store.close()

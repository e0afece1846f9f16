"""A search over chosen documents, or without hidden ones, finds what an index of those alone would find."""

from threading import Event, Thread

import numpy as np
import pytest
from fakes import HashEncoder, Library, everything

from corpus.errors import StoreError
from index import lexical
from index.choice import Choice
from index.dense import Dense
from index.lexical import Lexical
from index.retrieve import Index
from index.sync import hide, remove, restore, sync
from index.verify import verify

QUERY = "harbour ferry timetable"
WORDS = "tide rope lamp keeper wall storm sail net salt quay crane barge".split()


def text(n):
    rng = np.random.default_rng(n)
    return " ".join(
        f"Harbour ferry timetable {' '.join(rng.choice(WORDS, 5))} number {n * 10 + i}. " * 2 for i in range(3)
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An index of 200 documents, of which the wanted one is the last that a search for QUERY would rank."""
    place = tmp_path_factory.mktemp("many")
    folder = place / "documents"
    folder.mkdir()
    for n in range(199):
        (folder / f"{n:03}.txt").write_text(text(n))
    (folder / "wanted.txt").write_text("The lighthouse keeper grows potatoes and reads the timetable of tides.")
    sync([folder], place / "index", HashEncoder())
    index = Index(place / "index", HashEncoder())
    yield index, place
    index.store.close()


def places(hits):
    return [(hit.passage.doc_id, hit.passage.start) for hit in hits]


def test_a_chosen_document_is_found_however_far_behind_it_ranks(many):
    index, _ = many
    every = index.search(QUERY, 10_000)
    assert every[-1].passage.doc_id == "wanted.txt" and len(every) >= 200
    (hit,) = index.only(["wanted.txt"]).search(QUERY, 10)
    assert hit.passage == every[-1].passage and dict(hit.legs) == {"bm25": 1, "dense": 1}


@pytest.mark.parametrize("few", [5000, 3])  # tantivy is told the keys, or what it finds is looked through
@pytest.mark.parametrize("chosen", [["007.txt", "120.txt", "wanted.txt"], [f"{n:03}.txt" for n in range(0, 199, 2)]])
def test_a_choice_finds_what_an_index_of_those_documents_finds(many, tmp_path, monkeypatch, few, chosen):
    index, place = many
    monkeypatch.setattr(lexical, "_FEW", few)
    sync([place / "documents" / name for name in chosen], tmp_path / "own", HashEncoder())
    own, narrowed = Index(tmp_path / "own", HashEncoder()), index.only(chosen)
    assert narrowed.counts() == own.counts() and [d.id for d in narrowed.documents()] == sorted(chosen)
    for query in (QUERY, "keeper of the tides", "salt crane number 1200", "timetable"):
        found, expected = narrowed.search(query, 1000), own.search(query, 1000)
        cosines = {place: dict(hit.scores)["dense"] for place, hit in zip(places(found), found, strict=True)}
        assert cosines == pytest.approx(
            {place: dict(hit.scores)["dense"] for place, hit in zip(places(expected), expected, strict=True)}, abs=1e-6
        )
        held = {p for p, hit in zip(places(found), found, strict=True) if dict(hit.scores)["bm25"] > 0}
        assert held == {p for p, hit in zip(places(expected), expected, strict=True) if dict(hit.scores)["bm25"] > 0}
        short = narrowed.search(query, 5)
        assert len(short) == min(5, len(expected)) and {h.passage.doc_id for h in short} <= set(chosen)
    for term in ("harbour", "lighthous", "tide", "nowher"):
        assert narrowed.document_frequency(term) == pytest.approx(own.document_frequency(term))
    own.store.close()


def test_a_choice_narrows_every_door(many):
    index, _ = many
    narrowed = index.only(["007.txt", "wanted.txt"])
    assert narrowed.chosen == ["007.txt", "wanted.txt"] and index.chosen is None
    assert narrowed.mentioning("timetable") == {"007.txt", "wanted.txt"} and len(index.mentioning("timetable")) == 200
    assert narrowed.title("008.txt") is None and narrowed.pieces("008.txt") == []
    assert narrowed.pieces("wanted.txt")[0][0].doc_id == "wanted.txt"
    for call in (narrowed.document, lambda doc_id: narrowed.areas(doc_id, 0, 1)):
        with pytest.raises(StoreError, match=r"no document '008\.txt'"):
            call("008.txt")
    assert narrowed.only(["007.txt"]).chosen == ["007.txt"]
    with pytest.raises(StoreError, match=r"no document '008\.txt'"):
        narrowed.only(["008.txt"])
    with pytest.raises(StoreError, match="names one or more"):
        index.only([])


@pytest.mark.parametrize("but", [False, True])
def test_both_legs_leave_out_before_they_rank(tmp_path, monkeypatch, but):
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((400, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    keys = np.arange(1, 401)
    choice = Choice(np.sort(rng.choice(keys, 30, replace=False)), but)
    allowed = set(np.setdiff1d(keys, choice.keys).tolist() if but else choice.keys.tolist())
    assert choice.count(400) == len(allowed) and set(keys[choice.allows(keys)].tolist()) == allowed
    exact, lists = Dense(), Dense.inverted(8, rows)
    for dense in (exact, lists):
        dense.add(keys.tolist(), rows)
        (found,) = dense.search(-rows[:1], 400, choice)
        assert {key for key, _ in found} <= allowed
        if not (but and dense is lists):  # all but some are looked for where the rest would be
            assert len(found) == len(allowed)
            best = sorted((float(-rows[key - 1] @ rows[0]) for key in allowed), reverse=True)
            assert [cosine for _, cosine in found] == pytest.approx(best, abs=0.02)  # 8 bits
    made = Lexical.build(tmp_path / "lexical", [(key, f"salt {WORDS[key % 12]} {key}") for key in keys.tolist()], 400)
    every = [hit for hit in made.search([("salt tide", 1.0)], 400) if hit[0] in allowed]
    for few in (5000, 1):
        monkeypatch.setattr(lexical, "_FEW", few)
        for k in (1, 7, 400):
            found = made.search([("salt tide", 1.0)], k, choice)
            assert [key for key, _ in found] == [key for key, _ in every[:k]]
            assert [score for _, score in found] == pytest.approx([score for _, score in every[:k]])
        assert made.document_frequency("salt", choice) == len(allowed)
        assert made.document_frequency("nowher", choice) == 0


@pytest.fixture
def shelf(tmp_path):
    shelf = Library(tmp_path, cafe_txt="The cafe opened in 1987.", ferry_txt="The ferry costs 12 euros.")
    yield shelf
    shelf.index.store.close()


def ids(index):
    return [info.id for info in index.documents()]


def test_a_hidden_document_is_gone_in_every_process_until_it_is_brought_back(shelf):
    index, other = shelf.index, Index(shelf.directory, shelf.encoder)
    (hit,) = [h for h in index.search("cafe") if h.passage.doc_id == "cafe.txt"]
    revision, generation = index.revision, index.store.generation
    shelf.encoder.encoded.clear()
    hide(["cafe.txt"], shelf.directory)
    assert index.revision != revision and index.store.generation == generation
    for one in (index, other, Index(shelf.directory, shelf.encoder)):
        assert ids(one) == ["ferry.txt"] and one.hidden() == ["cafe.txt"] and one.counts() == (1, 1)
        assert [h.passage.doc_id for h in one.search("cafe 1987")] == ["ferry.txt"]
        assert not one.holds(hit.passage) and one.mentioning("cafe") == set() and one.title("cafe.txt") is None
        assert one.document_frequency("cafe") == 0 and one.document_frequency("ferri") == 1
        assert one.status().documents == 1 and one.status().hidden == ("cafe.txt",)
        for call in (one.document, lambda doc_id, one=one: one.only([doc_id])):
            with pytest.raises(StoreError, match=r"no document 'cafe\.txt'"):
                call("cafe.txt")
    with pytest.raises(StoreError, match=r"no document 'nowhere\.txt'"):
        hide(["ferry.txt", "nowhere.txt"], shelf.directory)
    with pytest.raises(StoreError, match=r"no document 'cafe\.txt'"):
        hide(["cafe.txt"], shelf.directory)
    assert ids(index) == ["ferry.txt"]
    restore(["cafe.txt"], shelf.directory)
    assert ids(other) == ["cafe.txt", "ferry.txt"] and index.search("cafe")[0] == hit and other.holds(hit.passage)
    assert shelf.encoder.encoded == [] and index.store.generation == generation
    with pytest.raises(StoreError, match="only what is hidden is brought back"):
        restore(["cafe.txt"], shelf.directory)
    other.store.close()


def test_a_hidden_document_stays_hidden_through_changes_and_moves(shelf):
    hide(["cafe.txt"], shelf.directory)
    shelf.write(cafe_txt="The cafe opened in 1988, says the new register.")
    shelf.sync()
    assert ids(shelf.index) == ["ferry.txt"] and shelf.index.search("register")[0].passage.doc_id == "ferry.txt"
    shelf.path("cafe_txt").rename(shelf.folder / "bar.txt")
    shelf.sync()
    assert shelf.index.hidden() == ["bar.txt"] and ids(shelf.index) == ["ferry.txt"]
    assert verify(shelf.directory).problems == ()
    (shelf.folder / "bar.txt").unlink()
    shelf.sync()
    assert shelf.index.hidden() == []
    (shelf.folder / "bar.txt").write_text("A new bar opened.")
    shelf.sync()
    assert ids(shelf.index) == ["bar.txt", "ferry.txt"]


def test_what_is_hidden_can_be_removed_for_good_or_named_to_come_back(shelf):
    hide(["cafe.txt", "ferry.txt"], shelf.directory)
    assert shelf.index.search("cafe") == [] and shelf.index.counts() == (0, 0)
    remove(["cafe.txt"], shelf.directory)
    assert b"1987" not in everything(shelf.directory) and shelf.index.hidden() == ["ferry.txt"]
    sync([shelf.folder, shelf.path("ferry_txt")], shelf.directory, shelf.encoder)
    assert ids(shelf.index) == ["ferry.txt"] and shelf.index.hidden() == []


def test_nothing_hidden_is_found_while_searches_run(many):
    index, place = many
    done, seen = Event(), []

    def ask():
        reader = Index(place / "index", HashEncoder())
        while not done.is_set():
            before = set(reader.hidden())
            found = {hit.passage.doc_id for hit in reader.search(QUERY, 400)}
            seen.append(bool(found & before & set(reader.hidden())))
        reader.store.close()

    asking = Thread(target=ask)
    asking.start()
    for n in range(0, 150, 10):
        names = [f"{m:03}.txt" for m in range(n, n + 10)]
        hide(names, place / "index")
        assert not {hit.passage.doc_id for hit in index.search(QUERY, 400)} & set(names)
        restore(names, place / "index")
    done.set()
    asking.join()
    assert seen and not any(seen)

"""Words that say the same where sentences are compared."""

from functools import lru_cache

from index.words import stem, terms

_SYNONYMS = {
    stem(w): group.split()[0]
    for group in (
        "employ employs employed employee staff work works working worker workers people",
        "employees people", "car cars vehicle vehicles automobile auto automobiles",
        "found founded founding establish established create created founder",
        "begin begins start starts started began",
        "build built construct constructed erected", "open opened opens opening inaugurated",
        "buy bought acquire acquired purchase", "show shows showed display", "company firm business group corporation",
        "similar comparable rival rivals competing peer peers competitors competitor compared",
        "phone telephone number", "holiday leave vacation", "seat seats seated", "permit permitted allow allowed",
        "catch caught fire burn burned burnt fires", "deliver delivers delivered delivery deliveries",
        "headquarters headquartered head-office office", "ceo executive chief", "big size area",
        "run runs operate operates", "expire expires expired expiry lapse lapses lapsed",
        "launch launched release released introduce introduced", "die died death", "weigh weighs weight",
        "revenue revenues turnover", "store stores shop shops outlet outlets",
        "resident residents inhabitant inhabitants", "pupil pupils student students",
        "produce produced manufacture manufactured manufacturing",
    )
    for w in group.split()
}  # fmt: skip


@lru_cache(maxsize=4000)
def content(text: str) -> frozenset[str]:
    """Return the terms of a text that carry meaning, synonyms made one, numbers left out.

    >>> content("The firm bought 12 cars.") == content("The company acquired a vehicle.")
    True
    """
    return frozenset(same(t) for t in terms(text) if not t[0].isdigit())


def same(term: str) -> str:
    """Return the term that stands for a term and its synonyms."""
    return _SYNONYMS.get(term, term)

"""Benchmarks, each run by `python -m eval.bench.NAME`.

- ``hashing``: an encoder without a model, for what is measured apart from it
- ``kill``: ends a writing process at random moments and checks every invariant of the index afterwards
- ``fuzz``: mutated files through every loader
- ``ingest``: files a second, passages a second, memory, and the share of time outside the encoder
- ``query``: where the time of a search and of an answer goes
- ``scale``: building, opening, asking and changing by the number of passages; ``grown`` makes them, ``plot`` draws them
- ``load``: many people who ask the page's server at once; ``page``: how soon a browser shows it; ``served`` starts it
- ``peers``: this product beside other systems, by `python -m eval bench peers`; ``peer_systems``: how each is used,
  ``peer_venvs``: what each takes, ``peer_texts``: what all are given, ``watched``: time and memory from outside,
  ``gemm``: the limit that arithmetic sets
- ``answers``: its answers beside those of other systems, by `python -m eval bench answers`; ``answer_systems``: how
  each is used, ``answer_server``: the model that all ask, ``answer_claims``: the rules by which all are scored
"""

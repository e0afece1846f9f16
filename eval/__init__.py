"""The evaluation suite: are answers right, cited, grounded and honest, measured without a judge model.

- ``examples``: question sets (JSON Lines), read and checked
- ``metrics``: pure functions, each with its source
- ``answers``, ``citations``, ``abstention``, ``grounding``: further ones: short references, sentences and their
  citations, risk and coverage, and the check whether quotes carry a sentence
- ``figures``: over which questions each figure is taken; ``score``: one answer's record
- ``run``: asks the product every question
- ``record``: what a run leaves behind: a record for each question, and the figures
- ``compare``, ``grid``, ``robustness``: two runs, several conditions, and the same questions disturbed; ``changes``
  prints them; ``bounds``: figures below which a run fails; ``command``: what the options lead to
- ``report``: the terminal table and the JSON file
- ``public``: public question sets; ``retrieval``: whether the right documents are found; ``public_answers``,
  ``public_figures``: answers and abstention on them; ``claims``, ``public_verify``: the verifier alone;
  ``public_command``: their commands
- ``fit``, ``fit_verifier``: fit the product's constants on public data
- ``datasets``: the question set on the library that ships

Write ``from eval.metrics import ...``, never a bare ``import eval``, which would hide Python's built-in.
- ``bench``: benchmarks of speed, robustness and memory
"""

"""The evaluation suite: are answers right, cited, grounded and honest, measured without a judge model.

- ``examples``: question sets (JSON Lines or CSV), read; ``question``: one of them, checked; ``cells``: rows of CSV
- ``validate``: whether a set is fit to measure with; ``shipped``: the sets that ship and their documents
- ``metrics``: pure functions, each with its source; ``ranking``: those of ranks
- ``answers``, ``citations``, ``abstention``, ``grounding``: further ones: short references, sentences and their
  citations, risk and coverage, and the check whether quotes carry a sentence
- ``figures``: over which questions each figure is taken; ``score``: one answer's record
- ``run``: asks the product every question
- ``record``: what a run leaves behind: a record for each question, and the figures
- ``compare``, ``grid``, ``robustness``: two runs, several conditions, and the same questions disturbed; ``changes``
  prints them; ``bounds``: figures below which a run fails; ``command``: what the options lead to
- ``report``: the terminal table and the JSON file; ``html``, ``cases``, ``plots``: the report for a browser
- ``draft``, ``cloze``: questions proposed from the documents of an index; ``feedback``: questions from what
  readers said of answers
- ``subcommands``, ``answers_command``: the commands beside the evaluation; ``replay``: asks again what a trace
  holds; ``reproduce``: what is stated in ``expected.toml``
- ``pytest_plugin``: asserts in a test suite of your own that answers are grounded
- ``public``: public question sets; ``retrieval``: whether the right documents are found; ``public_answers``,
  ``public_figures``: answers and abstention on them; ``claims``, ``public_verify``: the verifier alone;
  ``public_command``: their commands
- ``conflicts``: whether contradicting sources are told from look-alikes
- ``fit``, ``fit_refusal``, ``fit_lists``, ``fit_verifier``: fit the product's constants; ``cross_data``,
  ``cross_pairs``, ``cross_fit``: data and training of the cross-encoder; ``practice``, ``practice_data``,
  ``practice_answers``: what it learns from
- ``datasets``: the question sets that ship, and the documents of ``care``

Write ``from eval.metrics import ...``, never a bare ``import eval``, which would hide Python's built-in.
- ``bench``: benchmarks of speed, robustness and memory
"""

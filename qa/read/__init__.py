"""Readers: from a question and its evidence to draft sentences.

- ``draft``: the type ``Draft`` and the protocol ``Reader``
- ``quote``: picks the source sentences that answer (no model); ``listing`` finds the entries of a list, ``lists``
  whether they answer, ``labels`` what they are labelled, ``lead`` the sentence that another one leans on
- ``local``: a transformers causal language model on this machine; ``generate`` loads and runs it
- ``remote``: the same through an OpenAI-compatible server; ``refused``: why one refuses
- ``stream``: from a model's stream of text to draft sentences

A reader only drafts; citing and verifying are done by the program afterwards.
"""

"""Readers: from a question and its evidence to draft sentences.

- ``quote``: picks the source sentences that answer (no model)
- ``local``: a transformers causal language model on this machine
- ``remote``: the same through an OpenAI-compatible server

A reader only drafts; citing and verifying are done by the program afterwards.
"""

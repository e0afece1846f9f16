"""The chat page's parts, and what stands beneath it, without the page itself.

- ``chat``: what its events do; ``asking``: answers that are being written; ``shelf``: the conversations that are kept
- ``tab``: a page's state; ``html``, ``answers``, ``panel``, ``lists``, ``history``: what it shows; ``texts``: its words
- ``conversations``: what was asked and answered, kept beside an index; ``kept``: the rows behind it; ``turns``: the
  types, and answers as bytes; ``sources``: what a kept answer was made from, so that it goes when that goes
- ``database``: their SQLite file; ``presence``: which process is still writing an answer
- ``export``: a conversation as Markdown, JSON or HTML
"""

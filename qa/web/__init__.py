"""The chat page's parts, the doors for programs, and the accounts and conversations of both; without the page itself.

- ``chat``: what its events do; ``asking``: answers that are being written; ``shelf``: the conversations that are kept
- ``papers``: what they do with documents; ``reading``: a change of the index that takes a while; ``leaf``: a document
  to read in full
- ``tab``: a page's state; ``texts``: its words; what it shows: ``html``, ``answers``, ``panel``, ``lists``,
  ``history``, ``catalogue``, ``arrivals``
- ``conversations``: what was asked and answered, kept beside an index; ``kept``: the rows behind it; ``turns``: the
  types, and answers as bytes; ``sources``: what a kept answer was made from, so that it goes when that goes
- ``database``: their SQLite file; ``presence``: which process is still writing an answer
- ``export``: a conversation as Markdown, JSON or HTML
- ``doors``: puts the doors together and serves them; ``guard``: what every request must pass
- ``completions``: OpenAI-compatible chat completions; ``mcp``: the Model Context Protocol; ``shapes``: what they return
- ``accounts``, ``shares``, ``login``, ``commands``: users, what each may see, logging in, and the command line for both
- ``seen``: the assistant as one asker may use it; ``limits``: how often
"""

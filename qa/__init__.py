"""Questions answered from an index, every sentence cited and checked.

- ``pipeline``: the product in one screen
- ``system``: opens an index and puts the parts together; ``ask`` and ``Assistant``
- ``sources``: what its index is made of: uploads, folders, documents taken out; ``uploads``: files on their way in
- ``answer``: the types ``Answer``, ``Claim``, ``Citation``, ``Conflict``, ``Turn``
- ``question``, ``compound``, ``conversation``, ``attribution``, ``rewrite``, ``referent``, ``spelling``, ``chinese``:
  what is asked, and what is meant
- ``requests``, ``respond``, ``smalltalk``: what is no question to the documents' words; its answers in ``documents``,
  ``summary``, ``compare`` and ``clarify``
- ``texts``: what the product itself says, in English and Chinese
- ``features``, ``cross_encoder``, ``evidence``, ``rows``, ``bands``, ``extreme``, ``column``, ``restated``,
  ``define``: which sentences answer; ``abstain``, ``sought``, ``said``, ``logistic``: whether any does
- ``read``: the readers that draft sentences; ``points``: what a text counts off; ``context``: which
  sentences lean on others; ``prompt`` for those with a model
- ``trace``: every answer as one JSON line, with all that led to it
- ``web``: what stands beneath the chat page, and the doors for programs; ``recall``: what may be told again of an
  earlier answer
- ``cite``, ``verify``, ``verify_model``, ``conflict``: what carries a sentence, whether it does (also by a model of
  one's own choice), and who disagrees
- ``scope``, ``contrast``, ``differ``, ``disputed``: whether two sentences speak of one thing, in what they differ, and
  which report a disagreement themselves
- ``values``, ``units``, ``synonyms``, ``polarity``, ``dating``, ``amend``: values, words alike and opposed, dates, and
  what a newer sentence changes
- ``home``, ``models``, ``address``: where things live, fetching chat models, and where a page can be served
- ``suggest``: questions that the documents answer, to ask next; ``phrase``, ``clause``, ``verbs``: how they are made
- ``web``: what the web page shows, as safe HTML, in two languages

Importing this loads no torch, faiss or gradio.
"""

from corpus.errors import GroundedError
from qa.answer import Answer, Citation, Claim, Turn
from qa.system import Assistant, ask

__all__ = ["Answer", "Assistant", "Citation", "Claim", "GroundedError", "Turn", "ask"]

"""What the web page shows: ``tab`` is its state; ``html``, ``answers``, ``panel``, ``lists`` draw it; ``texts``."""

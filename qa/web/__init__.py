"""What the web page shows: ``texts`` in two languages, ``tab`` for a tab's state, ``html``, ``panel`` and ``lists``."""

"""What a browser would see of our HTML."""

from html.parser import HTMLParser

OURS = {
    "blockquote", "button", "details", "div", "fieldset", "h1", "h2", "h3", "input", "label", "legend", "li", "mark",
    "nav", "p", "progress", "section", "span", "strong", "summary", "sup", "textarea", "time", "ul",
}  # fmt: skip
VOID = {"input"}


class Seen(HTMLParser):
    """The tags, attributes, texts and marks of a piece of HTML, whose tags are all ours and closed."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.marks, self.text = set(), [], [], ""
        self._open: list[str] = []
        self.feed(str(markup))  # a slice of Markup would be Markup
        self.close()
        assert self._open == [], "every tag is closed"
        assert self.tags <= OURS

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._open += [tag] * (tag not in VOID)
        self.attributes.append(dict(attrs))
        self.marks += [""] if tag == "mark" else []

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self._open:
            self.marks[-1] += data

    def every(self, name):
        """The values of an attribute, in order."""
        return [values[name] for values in self.attributes if name in values]

"""From what a page draws to text in reading order, each character traced to where it stands.

- ``glyph``: characters with their boxes, and rules; ``lines``: fragments, rows and lines of them
- ``leftward``: lines that run from right to left
- ``ruled``: tables drawn with lines; ``gutters``: the white between columns; ``columns``: the page cut along it;
  ``tables``: the rows of tables
- ``paragraphs``: lines to paragraphs and items; ``page``: one page to blocks
- ``running``: heads, feet and page numbers; ``words``: words parted at the end of a line
"""

"""The figures, one module each: what it reads, the words that go with it, and how it is drawn.

To add a figure, add a module here and nothing else; `report/catalogue.py` says what it must state.
"""

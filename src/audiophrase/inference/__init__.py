"""A trained model as an instrument: the user's own audio and words, away from the pipeline.

`model` is the way in (`audiophrase.load`), `export` makes a folder that can be passed on.
"""

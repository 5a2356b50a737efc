"""The audio encoder, the similarity of frames and words, and the ranking loss."""

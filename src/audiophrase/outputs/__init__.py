"""What a model says of recordings, in the forms that other programs read."""

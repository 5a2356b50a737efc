"""The index of a search: frames of recordings, kept from one search to the next."""

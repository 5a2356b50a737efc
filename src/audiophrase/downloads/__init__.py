"""Files on the network, pinned by their digests: fetching them, and which of them data sets are made of."""

"""Which clips there are, what their captions say, and when each phrase is heard."""

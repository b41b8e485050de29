"""What the client is told, when, by which channel and in which words. Pure."""

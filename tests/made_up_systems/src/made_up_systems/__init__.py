"""Five carriers that do not exist. Each speaks a protocol of its own, as real ones do; what they share is in `base`."""

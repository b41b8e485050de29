"""Reference data of the emulated carrier: cities, tariffs, offices."""

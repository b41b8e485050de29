"""What the app does, one file a scenario. Pure: a snapshot goes in, decisions come out; they know only logistics."""

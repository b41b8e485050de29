"""How the emulated S/4HANA and its warehouse behave."""

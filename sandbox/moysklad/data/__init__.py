"""What the emulated MoySklad knows from its first day: fields, goods, stores, states."""

"""What one emulated portal remembers. Indexed by id everywhere; guarded by the portal's lock."""

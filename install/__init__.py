"""The handshake with a portal, then provisioning: small steps, each list -> diff -> apply, safe to run again at any
time."""

"""The handshake with a portal, then its provisioning; upgrade; uninstall."""

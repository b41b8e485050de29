"""Of our own: a package of this name that a dependency installs (pyodata does) must not stand in its place."""

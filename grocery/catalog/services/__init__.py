"""What the catalogue does, one use case per module."""

"""What payments does, one use case per module."""

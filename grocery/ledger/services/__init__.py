"""What the books can do."""

"""Mail leaves here."""

"""The world outside the books: whoever issues electronic invoices."""

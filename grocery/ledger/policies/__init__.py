"""How each fact is booked. Pure."""

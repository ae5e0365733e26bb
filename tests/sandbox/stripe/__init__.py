"""Stripe, as it says it behaves: https://docs.stripe.com/api, read in November 2026."""

"""MoMo's payment gateway, API v2, as https://developers.momo.vn/v3/ says it behaves, read in November 2026.

Where the documents are silent it does the less comfortable of what they allow; the README lists those places.
"""

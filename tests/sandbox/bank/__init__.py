"""A bank account with incoming transfers, seen through an aggregator that tells the shop of each.

Aggregators differ; this one signs as the README says. What a VietQR holds is NAPAS' doing, read from
github.com/giautm/emvqr-go and github.com/subiz/vietqr.
"""

"""GraphQL over the faces of the domains: types made of the HTTP API's schemas, limits, one way to answer.

`types` turns schemas into types and arguments, `limits` says what a query costs before anything is asked for it,
`documents` reads and checks queries, `answering` runs them, `errors` tells in the words of problem documents what
was wrong. Which questions there are is said by a domain's `api`; `config` puts them together.
"""

"""The lesson: its builds and sentences as data, and the rows and starts that it is told on.

`builds.json` has the builds in order, `en.json` and `de.json` the sentences, one file a language,
read by `builds`; `record` chooses the rows, the reader's own where they fit, and draws where the
lesson starts.
"""

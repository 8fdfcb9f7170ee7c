"""The lesson: its builds and sentences as data, and the rows and starts that it is told on.

`builds.json` has the builds in order, `en.json` and `de.json` the sentences, one file a language,
read by `builds`; `rows` makes the lesson's rows of the reader's own, `record` chooses between these
and shipped ones, and draws where the lesson starts.
"""

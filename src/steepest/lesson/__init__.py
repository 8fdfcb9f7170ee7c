"""The lesson as slides, hand-out, quiz and learning package: made from records and nothing more.

`lesson` is the record that all are made from, `settings` what its author said of it. `sentences`
has its words by language, `slides` its slides in their order, `pictures` and `marks` what is drawn;
`powerpoint` writes the slides, `handout` the sheets. `tasks` has the tasks with their answers,
which `quiz` and `scorm` write for learning management systems.
"""

"""What is wrong with a run, with numbers, a source and a remedy.

Verdicts come in three levels: `proved` by numbers alone, `measured` against a theory that holds
for these runs, `rule of thumb`. None is a made-up confidence.
"""

#!/bin/sh
# rdata 1.1.0 (PyPI), which reads files of R without R.
#
# One would guess: a column of class Date in a data frame of R is a column of dates in the pandas
# data frame that rdata makes of it, as a factor is a category.
#
# What happens: it is a column of float64, the days since 1970, with a UserWarning that names the
# class. A time, POSIXct, is the seconds. The classes that are converted are data.frame, factor,
# ordered, ts and three of source references; more can be given as constructor_dict.
#
# Who meets it: whoever fits a model to a frame of R: a date is taken for an ordinary number, and
# where warnings are off nothing tells. (What we do: we give a constructor for both classes.)
#
# Needs python3 with venv, and PyPI; the file is one that R 4.2 wrote:
#   saveRDS(data.frame(day = as.Date("2024-01-01") + 0:1, time = as.POSIXct(60 * 0:1, tz = "UTC")))
# Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check rdata==1.1.0
cd "$folder"
base64 -d > two.rds <<'BASE64'
H4sIAAAAAAAAA4vgYmBgYGZgYWJiYGYFMhlYQ0PcdC2AYsJADhOQ5gPRDpedDoBkHS47M0AAC1CO
gZGBhYETpCk5J7G4GMgQQBJkcUksSQXS/2CGQHUyOPgxIBnC+B+qjwmqjz3AP9gzIrkEymUDc0vQ
bSypys9LRbOROTTEGWIhqtq8xNzUYjRbmFMSK2EOLcnMTUVzDEwvV0piSaJeWlEiTAVchrMov1wP
ZjIvyOQGIPH///9/ICcAAJHcjEZYAQAA
BASE64
venv/bin/python - <<'PYTHON'
import warnings

import rdata

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    frame = rdata.read_rds("two.rds")
print(frame.dtypes.to_dict(), frame.to_dict("list"))
for warning in told:
    print(warning.message)
assert frame.to_dict("list") == {"day": [19723.0, 19724.0], "time": [0.0, 60.0]}
assert {str(w.message).split('"')[1] for w in told} == {"Date", "POSIXct", "POSIXt"}
PYTHON

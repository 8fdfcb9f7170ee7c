#!/bin/sh
# openpyxl 3.1.5, XlsxWriter 3.2.5 (PyPI).
#
# One would guess: a float64 that is written to a cell of an .xlsx file is the same float64 when the
# cell is read again. A cell holds a number as text, and 17 significant digits tell every float64
# apart (IEEE 754-2019, 5.12.2); Python's own repr, and so CSV by the csv module, keep them all.
#
# What happens: both write 16 digits, `%.16g`. `0.1 + 0.2` comes back as 0.3, and of 1,000 random
# numbers between 0 and 1 about a quarter come back as a neighbour. Readers are not to blame: the
# text in the file has no more digits.
#
# Who meets it: whoever keeps data or results of a fit in a spreadsheet by pandas (openpyxl,
# xlsxwriter) or polars (xlsxwriter), and compares bits, joins on a number, or fits anew and
# wonders at other last digits. A fit from the sheet is not the fit from the frame.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check openpyxl==3.1.5 xlsxwriter==3.2.5
cd "$folder"
venv/bin/python - <<'PYTHON'
import random
import re
import zipfile

import openpyxl
import xlsxwriter

random.seed(0)
NUMBERS = [0.1 + 0.2, *(random.random() for _ in range(1000))]


def by_openpyxl(path):
    book = openpyxl.Workbook()
    for number in NUMBERS:
        book.active.append([number])
    book.save(path)


def by_xlsxwriter(path):
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_column(0, 0, NUMBERS)
    book.close()


for write in (by_openpyxl, by_xlsxwriter):
    path = write.__name__ + ".xlsx"
    write(path)
    text = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    cells = re.findall(r"<v>([^<]*)</v>", text)
    read = [row[0].value for row in openpyxl.load_workbook(path).active.rows]
    lost = sum(a != b for a, b in zip(NUMBERS, read))
    digits = max(len(cell.split("e")[0].replace("0.", "", 1).lstrip("0")) for cell in cells)
    print(f"{write.__name__}: 0.1 + 0.2 is written {cells[0]}; {lost} of {len(read)} numbers changed;"
          f" {digits} digits at most")
    assert cells[0] == "0.3" and read == [float(cell) for cell in cells]
    assert lost == 251 and digits == 16
assert [float(repr(number)) for number in NUMBERS] == NUMBERS
print("seen as described")
PYTHON

# Writes tests/data/written/ as R writes its own files, and haven those of SPSS, Stata and SAS.
# Rscript tools/reader_fixtures.R FOLDER   (R 4.2, haven 2.5.1)
# pspp.sav beside them is from GNU PSPP 1.6: VALUE LABELS edu 1 'High' 2 'Low' 3 'Medium', MISSING VALUES age (-9).
library(haven)
setwd(commandArgs(trailingOnly = TRUE)[1])
people <- data.frame(
  age = c(20L, 31L, NA, 45L, 52L, 38L, 27L, 60L, 41L, 33L, 29L, 48L),
  income = c(1.5, 2.25, 3, NA, 5.125, 2.5, 1.75, 6, 3.5, 2.75, 2, 4.5),
  level = factor(
    c("High", "Low", "Medium", "High", "Low", "Low", "Medium", "High", "Medium", "Low", "Low", "High"),
    levels = c("Low", "Medium", "High")
  ),
  smoker = c(TRUE, FALSE, NA, TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE, TRUE, FALSE),
  day = as.Date("2024-01-01") + 0:11,
  name = letters[1:12]
)
saveRDS(people, "people.rds")
other <- data.frame(x = 1:3, y = c(2, 4, 6.5))
d <- people
save(other, d, file = "two.rda")
saveRDS(matrix(1:6, 3), "matrix.rds")
saveRDS(list(a = 1, b = "x"), "list.rds")

coded <- labelled(as.numeric(match(people$level, c("High", "Low", "Medium"))), c(High = 1, Low = 2, Medium = 3))
satisfied <- c(1, 5, 99, 2, 3, 4, 5, 1, 2, 99, 4, 3)
write_sav(transform(people, level = coded, sat = labelled_spss(satisfied, c(Refused = 99), na_values = 99)), "people.sav")
write_dta(transform(people, level = coded, sat = labelled(satisfied, c(Refused = 99))), "people.dta")
write_xpt(people[, c("age", "income", "name", "day")], "people.xpt")

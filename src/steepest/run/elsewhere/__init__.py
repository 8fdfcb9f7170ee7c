"""The same fit elsewhere: the few lines that minimise a run's objective with another library.

Nobody guesses how a penalty is counted elsewhere: by the rows, halved, or not at all. `objective`
says what is minimised, a file for each library writes it (`scikit_learn`, `statsmodels`, `glum`,
`pytorch`, `jax`, `skglm`, `celer`, `xgboost`, `spark`), or says why there is no equal
(`vowpal_wabbit`, `snapml`); `libraries` lists them. For those that minimise any function
`written_out` has the objective. Their tests run the lines, and compare the losses.
"""

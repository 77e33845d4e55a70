# Days.
time-today = Today
time-yesterday = Yesterday

# 日期。
time-today = 今天
time-yesterday = 昨天

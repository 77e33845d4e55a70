# 连接状态。带 short 的用于手机顶栏。
connection-online = 在线
connection-connecting = 连接中…
connection-waiting = 正在重新连接
connection-waiting-short = 重连中
connection-ended = 连接已断开
connection-ended-short = 已断开
connection-idle = 未连接
connection-idle-short = 离线
connection-countdown = { $seconds } 秒后
connection-now = 立即
connection-connect = 连接
connection-connect-now = 立即连接

# 消息。
timeline-label = { $room } 的消息
timeline-new = 新消息
timeline-latest = 最新消息
timeline-new-messages = { $count } 条新消息
timeline-not-sent = 未发送：{ $why }
timeline-retry = 重试
timeline-discard = 放弃
timeline-soon = 稍候
timeline-soon-hint = 发得有点快，这条马上就会发出
timeline-via-tcp = 经 TCP 以纯文本发来
timeline-via-json = 经 TCP 以 JSON 发来
timeline-via-ws-badge = 网页
timeline-via-ws = 经 WebSocket 发来，例如本页面
timeline-via-unix = 经服务器本机的 Unix 套接字发来
timeline-via-udp = 以 UDP 数据报发来，发送者不在房间里

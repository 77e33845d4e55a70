# 能否与服务器通信，出了什么问题，以及该怎么办。

status-online = 在线
status-offline = 离线
status-connecting = 正在连接…
status-reconnecting = 正在重连
status-ended = 已断开
status-idle = 未连接
status-connected = 已重新连接。
status-in-room = 你在 #{ $room } 中。
status-in-conversation = 你在与 { $nick } 的私聊中。
status-not-sent = 消息未发送。
status-trouble-offline = 你已离线。你写的内容会保留，网络恢复后发送。
status-trouble-lost = 无法连接服务器。你写的内容会保留，恢复连接后发送。
status-trouble-trying = 正在尝试连接服务器…
status-trouble-restart = 服务器正在重启。你写的内容会保留，服务器恢复后发送。
status-trouble-slow = 此页面跟不上消息的速度。它会重新连接并补上错过的内容。
status-trouble-many = 来自你的网络的连接过多。请关闭其他标签页，或稍候。
status-trouble-quit = 你已离开。重新连接之前，这里不会再收到任何内容。
status-trouble-ended = 服务器结束了连接：{ $why }。
status-countdown = { $seconds } 秒后重试。
status-now = 立即重试
status-connect = 连接
status-taken = 已经有人叫 { $wanted } 了。你暂时叫 { $nick }。
status-taken-choose = 换个名字
status-update = 此页面有新版本。
status-update-reload = 重新加载
status-later = 以后再说

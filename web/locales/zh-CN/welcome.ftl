# 首次访问。
welcome-title = 拿起听筒，加入聊天
welcome-title-room = 加入 { $room }
welcome-text = 在 Partyline，浏览器、终端、脚本，凡是能打开套接字的，都在同一场对话里。你即将加入 { $host }。
welcome-label = 大家怎么称呼你？
welcome-join = 加入聊天
welcome-guest = 以访客身份加入
welcome-note = 无需注册账号，此浏览器会记住你。

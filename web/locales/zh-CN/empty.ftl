# 还没有消息的地方。
empty-conversation = 这是你与 { $nick } 私聊的开始，其他人看不到。
empty-room = { $room } 里还没有消息。
empty-room-hint = 打个招呼吧，也可以从终端连接：{ $command }
empty-out-of-reach = 此设备上没有保存这个房间的内容。连上服务器后就会显示。
empty-unknown-conversation = 这里没有这个私聊。请选择一个房间，或在房间里选一个人私聊。

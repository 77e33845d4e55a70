# 房间列表。
rooms-title = 房间
rooms-private = 私聊
rooms-unread = 条未读
rooms-leave = 离开 { $room }
rooms-close = 关闭与 { $nick } 的私聊
rooms-join = 加入
rooms-join-label = 加入或新建房间
rooms-join-placeholder = 加入房间
rooms-invalid = 不能用这个房间名：{ $why }。
rooms-muted = 已静音
rooms-mentions = 其中 { $count } 条提到你

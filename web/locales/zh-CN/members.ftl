# 房间里的成员。
members-title = 成员
members-count = 成员：{ $count } 人
members-here = 当前在线
members-more = 另有 { $count } 人
members-private = 私聊
members-private-note = 只有你和 { $nick } 能看到这里的内容。
members-write = 私聊 { $nick }
members-you = 你

# 昵称，以及为什么不能用。
nick-empty = 请填写昵称，或以访客身份加入。
nick-spaced = 昵称里不能有空格。
nick-invalid = 不能用作昵称：{ $why }。
nick-taken = 已经有人叫 { $nick } 了。
nick-free = 改用 { $nick }
nick-refused = 服务器不允许使用 { $nick }：请换一个名字。
nick-unanswered = 还没有得到答复，连接就断开了。请重试。

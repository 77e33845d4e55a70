# 输入区。
composer-placeholder = 输入消息
composer-to-room = 发消息到 #{ $room }
composer-to-person = 发消息给 { $nick }
composer-send = 发送
composer-send-hint = 发送（Enter）
composer-left = 还可输入 { $left } 个字符
composer-too-long = 太长：删去 { $over } 个字符才能发送
composer-usage = 写法：{ $usage }
composer-unknown-command = 没有命令 /{ $name }。以 // 开头可发送斜杠开头的内容。
composer-nowhere = 你还没有进入这个房间。输入的内容会保留。
composer-suggestions = 建议
composer-suggestions-count = { $count } 条建议
composer-completed = { $nick }，第 { $place } 个，共 { $count } 个
composer-command = { $usage }：{ $does }

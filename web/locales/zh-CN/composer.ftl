# 输入区。
composer-placeholder = 输入消息
composer-to-room = 发消息到 #{ $room }
composer-to-person = 发消息给 { $nick }
composer-send = 发送
composer-send-hint = 发送（Enter）

# 通知。
notify-title = { $nick }（#{ $room }）

# 顶栏。
header-mute = 静音：不再接收此处的通知
header-unmute = 取消静音

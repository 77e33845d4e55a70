# 顶栏。
header-mute = 将此房间静音
header-unmute = 取消静音

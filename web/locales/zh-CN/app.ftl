# 整个页面。
app-skip = 跳到消息输入框

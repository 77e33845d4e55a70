# 修改昵称。
rename-title = 修改昵称
rename-note = 已经发出的消息仍显示原来的昵称。
rename-label = 新昵称
rename-submit = 修改

# 只给本人看的提示。
notice-dismiss = 关闭

# 对话框共用。
dialog-cancel = 取消
dialog-close = 关闭

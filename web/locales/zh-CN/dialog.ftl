# 对话框共用。
dialog-cancel = 取消

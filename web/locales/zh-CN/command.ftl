# 命令的作用。
command-nick = 修改昵称
command-join = 进入房间；没有就新建
command-part = 离开房间
command-me = 描述你的动作
command-tell = 私聊某人
command-who = 查看谁在这里
command-rooms = 查看有哪些房间
command-history = 查看之前的消息
command-receipts = 是否确认每条消息
command-help = 查看所有命令
command-quit = 断开连接
command-slash = 发送以斜杠开头的内容

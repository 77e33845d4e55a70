# 服务器拒绝的原因。
refused-nick-taken = 已有人使用这个昵称或与它很像的昵称，请换一个。
refused-bad-nick = 这里不能使用这个昵称，请换一个。
refused-bad-room = 房间不能叫这个名字。
refused-bad-text = 内容为空或太长。
refused-not-in-room = 你不在那个房间里，请先加入。
refused-no-such-member = 现在这里没有叫这个昵称的其他人。
refused-too-many-rooms = 你加入的房间已达上限，请先离开一个。
refused-rate-limited = 操作太快了，请稍等片刻。
refused-busy = 服务器繁忙，请稍后重试。
refused-log-unavailable = 服务器暂时无法读写聊天记录，请稍后重试。
refused-unsupported-protocol = 服务器与本页面的版本不一致，请重新加载页面。

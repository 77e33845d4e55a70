text-copy = 复制
text-copy-code = 复制这段代码
text-copied = 已复制
text-not-copied = 复制失败
text-show-more = 展开
text-show-less = 收起

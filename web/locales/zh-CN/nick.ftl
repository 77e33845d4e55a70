# 昵称，以及为什么不能用。
nick-empty = 请填写昵称，或以访客身份加入。
nick-spaced = 昵称里不能有空格。
nick-invalid = 不能用作昵称：{ $why }。

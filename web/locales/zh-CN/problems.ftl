# 名称的问题，接在冒号之后。
problems-name-empty = 内容为空
problems-name-too-long = 超过了 { $max } 个字符
problems-name-start = 必须以字母、汉字或数字开头
problems-name-character = 只能使用文字、数字、“-”和“_”，不能使用“{ $character }”

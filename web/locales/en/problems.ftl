# What is wrong with a name. It goes on after a colon.
problems-name-empty = it is empty
problems-name-too-long = it has more than { $max ->
    [one] { $max } character
   *[other] { $max } characters
}
problems-name-start = it must start with a letter or a digit
problems-name-character = only letters, digits, "-" and "_" are allowed, not "{ $character }"

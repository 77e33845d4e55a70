# Where one types.
composer-placeholder = Message
composer-to-room = Message #{ $room }
composer-to-person = Message { $nick }
composer-send = Send
composer-send-hint = Send (Enter)
composer-left = { $left ->
    [one] { $left } character left
   *[other] { $left } characters left
}
composer-too-long = { $over ->
    [one] Too long: take { $over } character out to send it
   *[other] Too long: take { $over } characters out to send it
}
composer-usage = It is written { $usage }
composer-unknown-command = There is no command /{ $name }. // says a line that starts with a slash.
composer-nowhere = You aren’t in this room yet. What you typed stays here.
composer-suggestions = Suggestions
composer-suggestions-count = { $count ->
    [one] { $count } suggestion
   *[other] { $count } suggestions
}
composer-completed = { $nick }, { $place } of { $count }
composer-command = { $usage } – { $does }

# Where one types.
composer-placeholder = Message
composer-to-room = Message #{ $room }
composer-to-person = Message { $nick }
composer-send = Send
composer-send-hint = Send (Enter)

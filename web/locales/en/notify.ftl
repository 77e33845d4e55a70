# Notifications.
notify-title = { $nick } in #{ $room }

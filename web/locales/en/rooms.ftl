# The list of rooms.
rooms-title = Rooms
rooms-private = Private
rooms-unread = unread
rooms-leave = Leave { $room }
rooms-close = Close { $nick }
rooms-join = Join
rooms-join-label = Join or make a room
rooms-join-placeholder = Join a room
rooms-invalid = No room can be called that: { $why }.
rooms-muted = muted
rooms-mentions = { $count ->
    [one] and { $count } mention of you
   *[other] and { $count } mentions of you
}

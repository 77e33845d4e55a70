# Where nothing was said yet.
empty-conversation = This is the beginning of your conversation with { $nick }. Nobody else reads it.
empty-room = Nothing said in { $room } yet.
empty-room-hint = Say hello, or from a terminal: { $command }
empty-out-of-reach = Nothing of this room is kept on this device. It comes once the server can be reached.
empty-unknown-conversation = There is no such conversation here. Choose a room, or somebody in one to write to.

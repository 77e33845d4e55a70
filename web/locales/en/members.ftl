# Who is in the room.
members-title = Members
members-count = Members: { $count }
members-here = Here now
members-more = and { $count } more
members-private = Private conversation
members-private-note = Only you and { $nick } can read this.
members-write = Write to { $nick } in private
members-you = you

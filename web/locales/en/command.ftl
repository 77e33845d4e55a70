# What commands do.
command-nick = be called NAME
command-join = go to a room; it is made where there is none
command-part = leave the room
command-me = say what you do
command-tell = say something to one person, in private
command-who = who is here
command-rooms = which rooms there are
command-history = what was said last
command-receipts = have each of your messages confirmed, or not
command-help = which commands there are
command-quit = leave
command-slash = say a line that starts with a slash

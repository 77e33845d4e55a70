# Asking for a nick, and why one can't be.
nick-empty = Choose a name, or join as a guest.
nick-spaced = A name has no spaces.
nick-invalid = That can't be a name: { $why }.
nick-taken = Somebody is called { $nick } already.
nick-free = Use { $nick }
nick-refused = The server doesn’t allow { $nick }: choose another name.
nick-unanswered = The connection dropped before there was an answer. Try again.

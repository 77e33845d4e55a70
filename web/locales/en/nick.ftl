# Asking for a nick, and why one can't be.
nick-empty = Choose a name, or join as a guest.
nick-spaced = A name has no spaces.
nick-invalid = That can't be a name: { $why }.

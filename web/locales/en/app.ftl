# The page as a whole.
app-skip = Skip to the message field

# In what people say.
text-copy = Copy
text-copy-code = Copy this code
text-copied = Copied
text-not-copied = Not copied
text-show-more = Show more
text-show-less = Show less

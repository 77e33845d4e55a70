# Being called something else.
rename-title = Change your name
rename-note = What you said so far keeps the name it was said under.
rename-label = New name
rename-submit = Change

# What the person alone is told.
notice-dismiss = Dismiss

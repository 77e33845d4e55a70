# What dialogs have in common.
dialog-cancel = Cancel
dialog-close = Close

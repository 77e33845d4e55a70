storage-refused = This browser keeps nothing for this page: what you type here is gone when you load it again.

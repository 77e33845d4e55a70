# The bar over the timeline.
header-mute = Mute this room
header-unmute = Unmute this room

# The bar over the timeline.
header-mute = Mute: no notifications from here
header-unmute = Unmute

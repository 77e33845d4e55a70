# A room per path, by the library's own publish: the fan-out is native code; Python is called once a message.
# The binding's publish doesn't leave out who publishes: senders say so, by a path of their own, and aren't subscribed.
from socketify import App, CompressOptions


def upgrade(response, request, context):
    key, protocol, extensions = (request.get_header("sec-websocket-" + name) for name in ("key", "protocol", "extensions"))
    response.upgrade(key, protocol, extensions, context, request.get_url())


def opened(client):
    if not client.get_user_data().startswith("/say/"):
        client.subscribe(client.get_user_data())


def said(client, message, opcode):
    client.publish(client.get_user_data().removeprefix("/say"), message, opcode)


app = App()
app.ws(
    "/*",
    {
        "compression": CompressOptions.DISABLED,
        # A reader may lag by a gigabyte: none loses anything.
        "max_backpressure": 1 << 30,
        "idle_timeout": 0,
        "upgrade": upgrade,
        "open": opened,
        "message": said,
    },
)
app.listen(
    {"host": "127.0.0.1", "port": 0},
    lambda listening: print(f"listening on 127.0.0.1:{listening.port}", flush=True),
)
app.run()

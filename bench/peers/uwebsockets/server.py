# A room per path, by the library's own publish: the fan-out is native code; Python is called once a message.
from socketify import App, CompressOptions


def upgrade(response, request, context):
    key, protocol, extensions = (request.get_header("sec-websocket-" + name) for name in ("key", "protocol", "extensions"))
    response.upgrade(key, protocol, extensions, context, request.get_url())


app = App()
app.ws(
    "/*",
    {
        "compression": CompressOptions.DISABLED,
        # A reader may lag by a gigabyte: none loses anything.
        "max_backpressure": 1 << 30,
        "idle_timeout": 0,
        "upgrade": upgrade,
        "open": lambda client: client.subscribe(client.get_user_data()),
        "message": lambda client, message, opcode: client.publish(client.get_user_data(), message, opcode),
    },
)
app.listen(
    {"host": "127.0.0.1", "port": 0},
    lambda listening: print(f"listening on 127.0.0.1:{listening.port}", flush=True),
)
app.run()

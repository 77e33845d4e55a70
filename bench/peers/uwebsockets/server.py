# A room per path, by the library's own publish: the fan-out is native code; Python is called once a message.
from socketify import App, CompressOptions
from socketify.native import lib


def upgrade(response, request, context):
    key, protocol, extensions = (request.get_header("sec-websocket-" + name) for name in ("key", "protocol", "extensions"))
    response.upgrade(key, protocol, extensions, context, request.get_url().encode())


def said(client, message, opcode):
    # Not `client.publish`: the binding's sends to whoever publishes as well, which the library's own doesn't.
    room, text = client.get_user_data(), message.encode()
    lib.uws_ws_publish_with_options(app.SSL, client.ws, room, len(room), text, len(text), int(opcode), False)


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
        "message": said,
    },
)
app.listen(
    {"host": "127.0.0.1", "port": 0},
    lambda listening: print(f"listening on 127.0.0.1:{listening.port}", flush=True),
)
# Not `app.run()`, which asks the native loop again and again what there is, between turns of Python's: it would be the binding's spinning
# that is measured. Nothing here needs Python's loop, and the native one waits by itself.
app.loop.uv_loop.run()

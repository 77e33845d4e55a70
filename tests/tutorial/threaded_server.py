"""A socket tutorial's threaded server: a thread for each client, and a receipt for each thing it sends."""

import socket
import sys
import threading


def serve(connection: socket.socket) -> None:
    """Answers one client until it closes."""
    while True:
        data = connection.recv(1024)
        if not data:
            break
        connection.send("收到你的消息".encode("utf-8") + data)
    connection.close()


def main(host: str, port: int) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((host, port))
    server.listen(5)
    print("waiting on", server.getsockname()[1], flush=True)
    while True:
        connection, _address = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

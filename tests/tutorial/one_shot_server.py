"""A socket tutorial's first server: one client, one recv, `get` for an answer, and the end."""

import socket
import sys


def main(host: str, port: int) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((host, port))
    server.listen(5)
    print("waiting on", server.getsockname()[1], flush=True)
    connection, _address = server.accept()
    data = connection.recv(1024)
    print(data.decode("utf-8"), flush=True)
    connection.send(b"get")
    connection.close()
    server.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""A socket tutorial's echo server: whoever is connected gets everything back; the next one waits for their turn."""

import socket
import sys


def main(host: str, port: int) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((host, port))
    server.listen(5)
    print("waiting on", server.getsockname()[1], flush=True)
    while True:
        connection, _address = server.accept()
        while True:
            data = connection.recv(1024)
            if not data:
                break
            connection.send(data)
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""A socket tutorial's first client: one send without a newline, one recv, and the end."""

import socket
import sys


def main(host: str, port: int) -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))
    client.send(b"teset")
    data = client.recv(1024)
    print(data.decode("utf-8"))
    client.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""A socket tutorial's HTTP request: the bytes of a GET over a socket, and recv until the server closes."""

import socket
import sys


def main(host: str, port: int) -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))
    client.send(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode("ascii"))
    parts: list[bytes] = []
    while True:
        part = client.recv(1024)
        if not part:
            break
        parts.append(part)
    client.close()
    sys.stdout.buffer.write(b"".join(parts))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

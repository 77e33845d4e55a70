"""A socket tutorial's chat client: each line is sent without a newline and answered by one recv; an empty one ends."""

import socket
import sys


def main(host: str, port: int) -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))
    while True:
        line = input("say> ")
        if not line:
            break
        client.send(line.encode("utf-8"))
        data = client.recv(1024)
        print(data.decode("utf-8"))
    client.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

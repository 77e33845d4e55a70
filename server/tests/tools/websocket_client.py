"""Sends each line of its input as a WebSocket message, and prints each message that comes."""

import asyncio
import sys

import websockets


async def main(url: str) -> None:
    async with websockets.connect(url) as socket:

        async def listen() -> None:
            async for message in socket:
                print(message, flush=True)

        listening = asyncio.create_task(listen())
        while line := await asyncio.to_thread(sys.stdin.readline):
            await socket.send(line.rstrip("\n"))
        listening.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

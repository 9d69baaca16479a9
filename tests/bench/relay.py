"""A relay that only delays: answers of the server come so many milliseconds later; bandwidth is not limited.

    relay.py PORT TARGET-PORT MS
"""
import asyncio
import sys

PORT, TARGET, DELAY = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000
CHUNK = 1 << 18


async def forward(reader, writer):
    """Requests go through as they come."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def delay(reader, writer):
    """What was read at t is written at t + DELAY, in order; reading goes on meanwhile."""
    queue = asyncio.Queue(512)
    now = asyncio.get_running_loop().time

    async def send():
        while True:
            due, data = await queue.get()
            if (wait := due - now()) > 0:
                await asyncio.sleep(wait)
            if not data:
                break
            writer.write(data)
            await writer.drain()

    async def receive():
        while True:
            data = await reader.read(CHUNK)
            await queue.put((now() + DELAY, data))
            if not data:
                break

    await asyncio.gather(send(), receive())


async def connection(client_reader, client_writer):
    server_writer = None
    try:
        server_reader, server_writer = await asyncio.open_connection('127.0.0.1', TARGET)
        up = asyncio.create_task(forward(client_reader, server_writer))
        await delay(server_reader, client_writer)
        up.cancel()
    except OSError:
        pass                          # one side is gone: so is the other in a moment
    finally:
        for w in (client_writer, server_writer):
            if w:
                w.close()


async def main():
    server = await asyncio.start_server(connection, '127.0.0.1', PORT)
    print('ready', flush=True)
    async with server:
        await server.serve_forever()

asyncio.run(main())

// A room per path; what one says goes to the others in it, as in the library's own example of a broadcast.
'use strict';
const { WebSocket, WebSocketServer } = require('ws');

const rooms = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });

server.on('connection', (client, request) => {
  const name = request.url;
  if (!rooms.has(name)) rooms.set(name, new Set());
  const room = rooms.get(name);
  room.add(client);
  client.on('error', () => {});
  client.on('close', () => room.delete(client));
  client.on('message', (data, isBinary) => {
    for (const other of room) {
      if (other !== client && other.readyState === WebSocket.OPEN) other.send(data, { binary: isBinary });
    }
  });
});

server.on('listening', () => console.log(`listening on 127.0.0.1:${server.address().port}`));

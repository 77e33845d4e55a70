// Rooms as the library has them. Only the WebSocket transport; everything else as it comes.
'use strict';
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });

io.on('connection', (client) => {
  client.on('join', (room, joined) => {
    client.join(room);
    joined();
  });
  client.on('say', (room, text) => client.to(room).emit('message', text));
});

http.listen(0, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${http.address().port}`));

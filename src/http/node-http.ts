// Node's HTTP module. An import statement would read all of its exports, among them WebSocket, whose getter loads a whole
// HTTP client: 6 MB of resident memory that nothing here uses. Types come from 'node:http' as usual.
export const { createServer, request, STATUS_CODES, validateHeaderValue } =
  process.getBuiltinModule('node:http')

import type { IncomingMessage } from 'node:http';

/** Paths that are sockets. */
const paths = new Set(['/ws']);

const keyPattern = /^[+/0-9A-Za-z]{22}==$/;
export const socketVersion = '13';

/**
 * Whether a request that asks for another protocol gets it (RFC 6455, 4.2.1). Any other request is answered as if it had not
 * asked: that is how HTTP wants it, and refusals keep their one shape.
 */
export const isHandshake = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  paths.has(url.split('?')[0] ?? '') &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  keyPattern.test(headers['sec-websocket-key'] ?? '') &&
  headers['sec-websocket-version'] === socketVersion;

import { Problem } from '../contract/problem.ts';

/** Where a request says it comes from and goes to, whatever the transport. */
export interface Addressed {
  host: string | undefined;
  origin: string | undefined;
  /** What the request line asks for: a path, or, sent to a proxy, a whole URL. */
  target?: string | undefined;
}

export interface AddressRules {
  /** Names besides loopback's that the server answers to. */
  hostNames: readonly string[];
  scheme: 'http' | 'https';
  /** Other origins that may ask, as a browser spells them. */
  corsOrigins: readonly string[];
}

const loopbackNames = ['127.0.0.1', '[::1]', 'localhost'];
const largestPort = 65_535;

/**
 * Lets through only requests that were meant for this server: the Host's name must be loopback's or a configured one, so that a
 * name of an attacker's that resolves to this machine gets nowhere (421); an Origin, when there is one, must be this very
 * server's or a configured one (403). The port is free, so that a forwarded port works.
 */
export const newAddressCheck = ({ hostNames, scheme, corsOrigins }: AddressRules) => {
  const allowed = new Set([...loopbackNames, ...hostNames.map((name) => name.toLowerCase())]);
  return ({ host, origin, target = '/' }: Addressed): void => {
    const name = nameOf(host);
    if (name === undefined || !allowed.has(name) || !agrees(target, host)) {
      throw new Problem('misdirected_request', 'this server does not answer to that Host; add it with --host-name');
    }
    if (origin === undefined || corsOrigins.includes(origin)) return;
    if (origin.toLowerCase() !== `${scheme}://${host?.toLowerCase()}`) {
      throw new Problem('origin_not_allowed', 'requests from other origins are refused; allow one with --cors-origin');
    }
  };
};

/** Whether a text is an origin as a browser spells it: a scheme, a host, a port that is not the usual one, and no more. */
export const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.parse(text)?.origin === text;

const hostPattern = /^(\[[0-9a-f:.]+\]|[^:[\]/?#@,\s]+)(?::(\d{1,5}))?$/i;

/** The name in a Host header, without the port; undefined when the header is not one name and a port. */
const nameOf = (host: string | undefined): string | undefined => {
  const [, name, port = '0'] = hostPattern.exec(host ?? '') ?? [];
  return Number(port) > largestPort ? undefined : name?.toLowerCase();
};

/** A whole URL in the request line names a host of its own, and that must be the same. */
const agrees = (target: string, host: string | undefined): boolean => {
  if (target.startsWith('/')) return true;
  const named = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1];
  return named === undefined || named.toLowerCase() === host?.toLowerCase();
};

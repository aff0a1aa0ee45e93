import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * Where a webhook may lead: not to this machine, its network, or what a cloud tells about itself, unless its maker was allowed to
 * say so. Names are resolved here, and what was looked at is what is connected to.
 */

/** A webhook can't be called; the message says why, without what was found. */
export class RefusedAddress extends Error {}

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

/** Addresses of cloud platforms' own that are public by their number. */
const platforms = ['168.63.129.16'];
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is one of the public internet; one that is written inside an IPv6 address counts as itself. */
export const isPublic = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || platforms.includes(parsed.toString())) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast);
};

/**
 * The URL as it will be called, every spelling of an address (decimal, octal, hex) turned into the one. Throws a
 * {@link RefusedAddress} that says what is wrong with it.
 */
export const checkedUrl = (text: string, allowPrivate: boolean): URL => {
  if (!URL.canParse(text)) throw new RefusedAddress('is not a URL; it looks like https://example.com/alerts');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new RefusedAddress('must be http or https');
  if (url.username !== '' || url.password !== '') throw new RefusedAddress('must not hold a user or a password');
  const host = hostOf(url);
  const isPrivate = isIP(host) === 0 ? /(^|\.)localhost\.?$/i.test(host) : !isPublic(host);
  if (isPrivate && !allowPrivate) throw privateAddress();
  url.hash = '';
  return url;
};

/** Of this machine's interfaces: a server on the open internet has public ones, behind which what is kept from others listens. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));

/** The addresses to connect to. One that is not public spoils them all: a name that leads to both is a trick. */
export const checkedAddresses = async (
  url: URL,
  allowPrivate: boolean,
  resolve: Resolve,
  own = ownAddresses,
): Promise<LookupAddress[]> => {
  const host = hostOf(url);
  const family = isIP(host);
  const found = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (found.length === 0) throw new RefusedAddress('the name has no address');
  if (allowPrivate) return found;
  const kept = new Set(own().map(spelled));
  if (!found.every(({ address }) => isPublic(address) && !kept.has(spelled(address)))) throw privateAddress();
  return found;
};

/** The one spelling of an address that has many. */
const spelled = (address: string): string => ipaddr.process(address).toString();

/** One that the owner may allow. */
export class PrivateAddress extends RefusedAddress {
  constructor() {
    super('leads to a private address, which only the owner may allow: ask the owner');
  }
}

const privateAddress = () => new PrivateAddress();

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

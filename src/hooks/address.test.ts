import { describe, expect, it } from 'vitest';
import { checkedAddresses, checkedUrl, isPublic, RefusedAddress } from './address.ts';

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '100::1',
    '5f00::1',
    '4000::1',
    'localhost',
    '',
  ])('%s is not one of the public internet', (address) => expect(isPublic(address)).toBe(false));

  it.each(['1.1.1.1', '93.184.215.14', '172.32.0.1', '::ffff:1.1.1.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => expect(isPublic(address)).toBe(true),
  );
});

describe('a URL', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://[::1]:8082/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://１２７.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
  ])('that leads here is refused, unless that is allowed: %s', (url) => {
    expect(() => checkedUrl(url, false)).toThrow('private address');
    expect(checkedUrl(url, true).protocol).toBe('http:');
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:1',
    'data:,x',
    'https://',
    'example.com',
    'https://user@example.com/',
    'https://:secret@example.com/',
    'http://999.1.1.1/',
    'http://[::g]/',
  ])('that is none, or no place to call, is refused in any case: %s', (url) => {
    for (const allowPrivate of [true, false]) expect(() => checkedUrl(url, allowPrivate)).toThrow(RefusedAddress);
  });

  it('that leads to elsewhere is taken, without its fragment', () => {
    expect(checkedUrl('https://example.com:8443/a?b=c#d', false).href).toBe('https://example.com:8443/a?b=c');
  });
});

describe('the addresses of a name', () => {
  const to =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const url = new URL('https://receiver.example/');

  it('are what it leads to', async () => {
    const found = await checkedAddresses(url, false, to('1.1.1.1', '2606:4700::1111'));
    expect(found.map(({ address }) => address)).toEqual(['1.1.1.1', '2606:4700::1111']);
  });

  it.each([['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['2606:4700::1111', '::ffff:169.254.169.254']])(
    'are refused when one of them is private: %s %s',
    async (...addresses) => {
      const resolve = to(...addresses.filter((address) => address !== undefined));
      await expect(checkedAddresses(url, false, resolve)).rejects.toThrow(RefusedAddress);
      expect(await checkedAddresses(url, true, resolve)).toHaveLength(addresses.length);
    },
  );

  it('are refused when one of them is this machine’s own, however public', async () => {
    const own = () => ['10.0.0.1', '1.1.1.1', '2606:4700:0:0:0:0:0:1111', 'fe80::1%eth0'];
    for (const address of ['1.1.1.1', '::ffff:1.1.1.1', '2606:4700::1111']) {
      await expect(checkedAddresses(url, false, to('1.0.0.1', address), own)).rejects.toThrow(RefusedAddress);
      expect(await checkedAddresses(url, true, to(address), own)).toHaveLength(1);
    }
    expect(await checkedAddresses(url, false, to('1.0.0.1'), own)).toHaveLength(1);
  });

  it('are refused when there are none', async () => {
    await expect(checkedAddresses(url, true, to())).rejects.toThrow('no address');
  });

  it('are not asked for where the URL has an address itself', async () => {
    const resolve = () => Promise.reject(new Error('was asked'));
    expect(await checkedAddresses(new URL('http://[::1]/'), true, resolve)).toEqual([{ address: '::1', family: 6 }]);
    await expect(checkedAddresses(new URL('http://10.0.0.1/'), false, resolve)).rejects.toThrow(RefusedAddress);
  });
});

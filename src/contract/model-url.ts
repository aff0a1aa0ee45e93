/** What is wrong with an address at which a model is asked, with a key; undefined where nothing is. The address is not told again: there may be a password in it. */
export const wrongWithModelUrl = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an http or https URL';
  if (url.username !== '' || url.password !== '') return 'a URL is no place for a password';
  if (url.search !== '' || url.hash !== '') return 'must end with its path';
  if (url.protocol === 'http:' && !isLoopback(url))
    return 'must be https, but on this machine: the key would go in the clear';
  return undefined;
};

export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

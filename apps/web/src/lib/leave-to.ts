/** Leaves for an address that the API answered: a provider's page, or one of ours that leads there. */
export function leaveTo(address: string): void {
  const { protocol, href } = new URL(address, window.location.href);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('not an address of the web');
  window.location.assign(href);
}

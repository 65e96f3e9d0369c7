/** An address for people as a server gives it, if it leads to the forge at `address` itself. */
export function ownPage(text: string | undefined, address: string): string | undefined {
  if (text === undefined || text.length > 2000 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.origin === new URL(address).origin && url.username === '' && url.password === '' ? url.href : undefined;
}

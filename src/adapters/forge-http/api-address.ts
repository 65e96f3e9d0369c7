/** Addresses below a place of an API: `releases/tags/v1.2.3`, with a query. */
export type ApiAddress = (path: string, query?: Readonly<Record<string, string>>) => URL;

export function addressBelow(base: URL): ApiAddress {
  return (path, query = {}) => {
    const target = new URL(path, base);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    return target;
  };
}

/** The target of the first link with `rel=next` in the `Link` headers (RFC 8288), as it stands there. */
export function nextLink(headers: readonly string[]): string | undefined {
  for (const header of headers)
    for (const link of splitLinks(header)) if (link.relations.includes('next')) return link.target;
  return undefined;
}

interface Link {
  readonly target: string;
  readonly relations: readonly string[];
}

function splitLinks(header: string): readonly Link[] {
  const links: Link[] = [];
  let rest = header;
  for (;;) {
    const match = /^[\s,]*<([^<>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)\s*/s.exec(rest);
    if (match?.[1] === undefined) return links;
    links.push({ target: match[1], relations: relationsOf(match[2] ?? '') });
    rest = rest.slice(match[0].length);
  }
}

function relationsOf(parameters: string): readonly string[] {
  for (const [, name, quoted, bare] of parameters.matchAll(
    /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/gs,
  ))
    if (name?.toLowerCase() === 'rel') return (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
  return [];
}

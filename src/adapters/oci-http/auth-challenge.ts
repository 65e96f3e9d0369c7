/** One challenge of a `WWW-Authenticate` header; scheme and parameter names in lower case. */
export interface AuthChallenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads all challenges of all `WWW-Authenticate` headers (RFC 9110, 11.6.1): several per header, quoted strings with
 * escapes, token68. What cannot be read ends that header; what was read before it counts.
 */
export function parseAuthChallenges(headers: readonly string[]): readonly AuthChallenge[] {
  return headers.flatMap((header) => parseHeader(header));
}

function parseHeader(header: string): AuthChallenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    if (rest === '') return found;
    const parameter = readParameter(rest);
    const current = found.at(-1);
    if (parameter !== undefined && current !== undefined) {
      // The first of two parameters of one name counts: a second one must not be able to replace the realm.
      if (!current.parameters.has(parameter.name)) current.parameters.set(parameter.name, parameter.value);
      rest = parameter.rest;
      continue;
    }
    const scheme = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=$|[\s,])[ \t]*/.exec(rest);
    if (scheme?.[1] === undefined) return found;
    found.push({ scheme: scheme[1].toLowerCase(), parameters: new Map() });
    rest = skipToken68(rest.slice(scheme[0].length));
  }
}

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly rest: string;
}

function readParameter(text: string): Parameter | undefined {
  const quoted = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (quoted?.[1] !== undefined && quoted[2] !== undefined)
    return {
      name: quoted[1].toLowerCase(),
      value: quoted[2].replace(/\\(.)/gs, '$1'),
      rest: text.slice(quoted[0].length),
    };
  // Colons and slashes are not allowed outside quotes, but registries in the wild send bare URLs.
  const bare = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*([^\s,"=][^\s,"]*)/.exec(text);
  if (bare?.[1] !== undefined && bare[2] !== undefined)
    return { name: bare[1].toLowerCase(), value: bare[2], rest: text.slice(bare[0].length) };
  return undefined;
}

/** Behind a scheme there may be one token68 instead of parameters; no scheme we speak uses it. */
function skipToken68(text: string): string {
  const token = /^[A-Za-z0-9._~+/-]+=*[ \t]*(?=$|,)/.exec(text);
  if (token === null || /^[^=]+=[^=,]/.test(text)) return text;
  return text.slice(token[0].length);
}

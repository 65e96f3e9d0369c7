/** A text that must not be seen, and what stands in its place. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** Takes secrets out of bytes that come in pieces; a secret that is cut in two by a piece's end is found too. */
export interface SecretFilter {
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back because it might have been the beginning of a secret. */
  end(): Uint8Array;
}

/**
 * Each secret becomes `[NAME]`: each of its lines, and its base64, hexadecimal, URL and JSON forms. Values below four
 * characters are left, because they would take ordinary words away.
 */
export function secretFilter(secrets: readonly NamedSecret[]): SecretFilter {
  const names = formsOf(secrets);
  const forms = [...names.keys()];
  let held = '';
  const take = (text: string, limit: number): string => {
    let taken = '';
    let from = 0;
    let cut = limit;
    for (const found of placesOf(text, names)) {
      if (found.start >= limit) break;
      // What goes on beyond the limit is looked at again, whole, when more is known.
      if (found.end > limit && text.length - found.start < mostHeld) {
        cut = found.start;
        break;
      }
      taken += text.slice(from, found.start) + toBytes(`[${found.name}]`);
      from = found.end;
    }
    cut = Math.max(from, cut);
    held = text.slice(cut);
    return taken + text.slice(from, cut);
  };
  return {
    push: (chunk) => {
      if (forms.length === 0) return chunk;
      const text = held + Buffer.from(chunk).toString('latin1');
      return Buffer.from(take(text, text.length - startOfSecret(text, forms)), 'latin1');
    },
    end: () => Buffer.from(forms.length === 0 ? '' : take(held, held.length), 'latin1'),
  };
}

/** Secrets that overlap without end, such as one of equal letters, must not fill the memory. */
const mostHeld = 256 * 1024;

interface Place {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Where secrets are, in order; those that overlap are one place. */
function placesOf(text: string, names: ReadonlyMap<string, string>): readonly Place[] {
  const found: Place[] = [];
  for (const [form, name] of names)
    for (let start = text.indexOf(form); start >= 0; start = text.indexOf(form, start + 1))
      found.push({ start, end: start + form.length, name });
  const merged: Place[] = [];
  for (const place of found.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = merged.at(-1);
    if (last === undefined || place.start >= last.end) merged.push(place);
    else merged[merged.length - 1] = { ...last, end: Math.max(last.end, place.end) };
  }
  return merged;
}

/** The whole of some bytes at once. */
export function withoutSecrets(bytes: Uint8Array, secrets: readonly NamedSecret[]): Uint8Array {
  const filter = secretFilter(secrets);
  return Buffer.concat([filter.push(bytes), filter.end()]);
}

const shortest = 4;
/** In other forms a short value would be too likely to be something else. */
const shortestEncoded = 8;
const longest = 8192;

/** Every form a secret may be told in, as one character per byte, with the secret's name. */
function formsOf(secrets: readonly NamedSecret[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, value } of secrets)
    for (const form of [...plainForms(value), ...encodedForms(value)])
      if (form.length >= shortest && !names.has(form)) names.set(form, name);
  return names;
}

function plainForms(value: string): readonly string[] {
  return value
    .split(/\r?\n/)
    .filter((line) => !/^-----(?:BEGIN|END) [A-Z ]+-----$/.test(line))
    .map((line) => toBytes(line.trim()).slice(0, longest));
}

function encodedForms(value: string): readonly string[] {
  const trimmed = value.trim();
  if (trimmed.length < shortestEncoded) return [];
  const bytes = Buffer.from(trimmed.slice(0, longest));
  const encoded = [0, 1, 2].map((shift) => base64At(bytes, shift));
  const url = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const json = JSON.stringify(trimmed.slice(0, longest)).slice(1, -1);
  return [...encoded, ...url, bytes.toString('hex'), encodeURIComponent(trimmed.toWellFormed()), toBytes(json)].filter(
    (form) => form.length >= shortestEncoded,
  );
}

/** The base64 digits that the bytes alone decide where they begin at this place of a group of three. */
function base64At(bytes: Uint8Array, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const digits = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((shift * 8) / 6), digits);
}

/** The length of the longest end of the text that is the beginning of a secret, but not the whole of it. */
function startOfSecret(text: string, forms: readonly string[]): number {
  let held = 0;
  for (const form of forms)
    for (let length = Math.min(form.length - 1, text.length); length > held; length -= 1)
      if (text.endsWith(form.slice(0, length))) held = length;
  return held;
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

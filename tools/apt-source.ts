import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package source of this machine, as apt's own files name it. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly signedBy: string | undefined;
}

/** Reads both forms of apt's source files: one-line (`.list`) and deb822 (`.sources`). Sources without `main` are left out. */
export function parseAptSources(text: string): readonly AptSource[] {
  return [...oneLineSources(text), ...stanzaSources(text)];
}

/** The machine's own Debian mirror: the first source that is no security or update suite. */
export function debianMirror(sources: readonly AptSource[]): AptSource | undefined {
  return sources.find(({ uri, suite }) => /\/debian\/?$/.test(uri) && /^[a-z]+$/.test(suite));
}

/** A source file in deb822 form for another suite of the same mirror. */
export function sourceFileOf({ uri, signedBy }: AptSource, suite: string): string {
  const signed = signedBy === undefined ? [] : [`Signed-By: ${signedBy}`];
  return `${['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main', ...signed].join('\n')}\n`;
}

/** All sources of this machine. */
export async function readAptSources(): Promise<readonly AptSource[]> {
  const parts = '/etc/apt/sources.list.d';
  const names = (await readdir(parts).catch(() => [])).filter((name) => /\.(?:list|sources)$/.test(name));
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(parts, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap(parseAptSources);
}

function oneLineSources(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri, suite, components = ''] =
      /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (uri === undefined || suite === undefined || !/(?:^|\s)main(?:\s|$)/.test(components)) return [];
    return [{ uri, suite, signedBy: /signed-by=(\S+)/.exec(options)?.[1] }];
  });
}

function stanzaSources(text: string): readonly AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string =>
      new RegExp(`^${name}:[ \\t]*(\\S.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? '';
    if (!/\bdeb\b/.test(field('Types')) || !/\bmain\b/.test(field('Components'))) return [];
    const signedBy = field('Signed-By') === '' ? undefined : field('Signed-By');
    return field('URIs')
      .split(/\s+/)
      .flatMap((uri) =>
        field('Suites')
          .split(/\s+/)
          .map((suite) => ({ uri, suite, signedBy })),
      );
  });
}

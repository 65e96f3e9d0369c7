import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import type { HostedForgeKind } from '../domain/forge-capabilities.ts';
import * as z from './field.ts';
import { choice, parsedText, section } from './parsed-text.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { parseRepositoryPath } from './repository-path.ts';

/** Where people read about releases and download files. */
export type ForgePolicy = LocalForgePolicy | HostedForgePolicy;

export interface LocalForgePolicy {
  readonly kind: 'local';
  readonly folder: string;
}

export interface HostedForgePolicy {
  readonly kind: HostedForgeKind;
  /** `https://host[:port][/path]`, without a final slash; plain http on loopback only. */
  readonly address: string;
  /** `owner/name`; on GitLab groups may stand before. */
  readonly repository: string;
}

const hostedKinds = ['github', 'forgejo', 'gitea', 'gitlab'] as const;

const fields = {
  address: parsedText(
    {
      wanted: 'an address such as "https://github.com"',
      description: 'Where the forge is. Default: the host of "source".',
      pattern: '^https?://',
    },
    parseAddress,
  ).optional(),
  repository: parsedText(
    {
      wanted: 'a repository such as "owner/name"',
      description: 'The repository on the forge. Default: the path of "source".',
      examples: ['owner/name'],
    },
    parseRepository,
  ).optional(),
};

const localForge = section('a mapping with kind and folder', {
  kind: choice(['local'], 'Releases as folders on disk.'),
  folder: parsedText(
    { wanted: 'a folder of the repository', description: 'Folder of the releases.' },
    parseRepositoryPath,
  ).prefault('.cutwater/releases'),
});

const hostedForge = section('a mapping with kind, address and repository', {
  kind: choice(hostedKinds, 'Which program the forge is.'),
  ...fields,
});

const kinds = ['local', ...hostedKinds] as const;

export const forgeSchema = z
  .union(
    [
      choice(kinds, 'local: releases as folders on disk. The others: the repository that "source" names.'),
      z.variants('kind', [localForge, hostedForge], { error: `one of ${kinds.map((kind) => `"${kind}"`).join(', ')}` }),
    ],
    { error: `one of ${kinds.map((kind) => `"${kind}"`).join(', ')}, or a mapping with kind` },
  )
  .prefault('local')
  .meta({ description: 'Where people read about releases and download files.' });

type ForgeDocument = z.output<typeof forgeSchema>;

export function completeForge(forge: ForgeDocument, source: string | undefined): ForgePolicy {
  if (forge === 'local') return { kind: 'local', folder: '.cutwater/releases' };
  const written = typeof forge === 'string' ? { kind: forge, address: undefined, repository: undefined } : forge;
  if (written.kind === 'local') return written;
  const from = source === undefined ? undefined : placeOf(written.kind, source);
  const { address = from?.address, repository = from?.repository } = written;
  // The rules between fields have refused a policy that says neither.
  if (address === undefined || repository === undefined) throw new Error('A forge without a place');
  return { kind: written.kind, address, repository };
}

/** A forge that nothing says where it is. */
export function forgeWithoutPlace(data: unknown): readonly PolicyProblem[] {
  if (!isMapping(data)) return [];
  const { forge, source } = data;
  const written = isMapping(forge) ? forge : { kind: forge };
  const kind = hostedKinds.find((one) => one === written['kind']);
  if (kind === undefined) return [];
  const from = typeof source === 'string' ? placeOf(kind, source) : undefined;
  const missing = (['address', 'repository'] as const).filter(
    (name) => written[name] === undefined && from?.[name] === undefined,
  );
  if (missing.length === 0) return [];
  const found = `"${kind}" without ${missing.join(' and ')}, and no "source" that says it`;
  return [{ path: ['forge'], found, wanted: `"source", or a mapping with kind, ${missing.join(' and ')}` }];
}

/** Where `source` leads: a repository directly below the host, or on GitLab below groups. */
function placeOf(kind: HostedForgeKind, source: string): Partial<HostedForgePolicy> | undefined {
  const match = /^(https:\/\/[^/]+)\/(.+)$/.exec(source);
  const [, address, path = ''] = match ?? [];
  const parts = path.split('/').length;
  if (address === undefined) return undefined;
  const isPlain = kind === 'gitlab' ? parts >= 2 : parts === 2;
  // Below a path of the host it cannot be told where the repository's own name begins.
  return isPlain ? { address, repository: path } : undefined;
}

function parseAddress(text: string): Parsed<string> {
  const plain = text.replace(/\/$/, '');
  const isRight =
    /^(?:https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?|http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5})(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/.test(
      plain,
    );
  if (!isRight || !URL.canParse(plain)) return refuse('is no https address, or has more than host, port and path');
  return accept(plain.replace(/^https:\/\/[^/]+/, (host) => host.toLowerCase()));
}

function parseRepository(text: string): Parsed<string> {
  const parts = text.split('/');
  if (parts.length < 2 || parts.length > 21) return refuse('is not an owner and a name');
  return parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(part) && !/\.(?:git|atom)$/.test(part))
    ? accept(text)
    : refuse('has a part that is no name on a forge');
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

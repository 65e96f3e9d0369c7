import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { parseDuration } from './duration.ts';
import * as z from './field.ts';
import { checkedText, choice, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';

/** A place where users read about releases. */
export type AnnouncePolicy = FileChannelPolicy | WebhookChannelPolicy;

interface ChannelPolicy {
  /** Part of image tags: `[a-z][a-z0-9-]{0,31}`. */
  readonly name: string;
  /** Releases of these classes are announced there. */
  readonly classes: readonly ('rc' | 'stable')[];
  /** `release` and `reconcile` announce by themselves; else a person runs `announce`. */
  readonly auto: boolean;
}

export interface FileChannelPolicy extends ChannelPolicy {
  readonly kind: 'file';
  /** Path in the repository, or below `.cutwater` in the project's data. */
  readonly path: string;
}

export interface WebhookChannelPolicy extends ChannelPolicy {
  readonly kind: 'webhook';
  /** `name[:port]`, lower case: the only host anything is sent to. */
  readonly host: string;
  /** The environment variable that holds the address; it may be a secret. */
  readonly urlVariable: string;
  readonly timeoutSeconds: number;
}

const common = {
  name: checkedText(
    {
      wanted: 'a short name such as "chat"',
      description: 'Name of the channel: a lower case letter, then lower case letters, digits and "-".',
      pattern: '^[a-z][a-z0-9-]*$',
    },
    (text) =>
      /^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text)
        ? undefined
        : 'is not made of at most 32 lower case letters, digits and "-"',
  ),
  classes: z
    .array(choice(['rc', 'stable'], 'A class of releases.'), { error: 'a list of "rc" and "stable"' })
    .min(1, { error: 'a list of at least one of "rc", "stable"' })
    .default(['stable'])
    .meta({ description: 'Which releases are announced there.' }),
  auto: z.boolean({ error: 'true or false' }).default(false).meta({
    description: "true: release and reconcile announce by themselves. false: a person runs 'cutwater announce'.",
  }),
};

const fileChannel = section('a mapping with name, kind and path', {
  ...common,
  kind: choice(['file'], 'file: a text is added to the end of a file.'),
  path: parsedText(
    { wanted: 'the path of a file', description: 'Path of the file; below .cutwater it lies with the local data.' },
    parseRepositoryPath,
  ).prefault('.cutwater/announcements.md'),
});

const webhookChannel = section('a mapping with name, kind, host and urlVariable', {
  ...common,
  kind: choice(['webhook'], 'webhook: a JSON document is sent by POST.'),
  host: parsedText(
    {
      wanted: 'a host such as "hooks.example.org"',
      description: 'The host of the address. Nothing is ever sent to another one; redirects are not followed.',
      examples: ['hooks.example.org'],
    },
    parseHost,
  ),
  urlVariable: checkedText(
    {
      wanted: 'the name of an environment variable',
      description: 'The environment variable that holds the address. It is a secret: it is never shown.',
      pattern: '^[A-Z][A-Z0-9_]*$',
    },
    (text) =>
      /^[A-Z][A-Z0-9_]{0,99}$/.test(text) && !text.startsWith('CUTWATER_')
        ? undefined
        : 'is not made of upper case letters, digits and "_", or begins with "CUTWATER_"',
  ),
  timeout: parsedText(
    {
      wanted: 'a time such as "10s"',
      description: 'How long an answer may take, at most 5 minutes.',
      pattern: '^(\\d+m)?(\\d+s)?$',
      examples: ['10s'],
    },
    (text) => {
      const parsed = parseDuration(text);
      return parsed.is === 'ok' && parsed.value > 300 ? refuse('is longer than 5 minutes') : parsed;
    },
  ).prefault('10s'),
});

export const announceSchema = z
  .array(z.variants('kind', [fileChannel, webhookChannel], { error: 'kind "file" or "webhook"' }), {
    error: 'a list of channels',
  })
  .max(20, { error: 'a list of at most 20 channels' })
  .default([])
  .meta({ description: 'Where releases, withdrawals and restores are announced.' });

/** A channel as the schema gives it, in the policy's form. */
export function toChannel(channel: z.output<typeof announceSchema>[number]): AnnouncePolicy {
  if (channel.kind === 'file') return channel;
  const { timeout, ...rest } = channel;
  return { ...rest, timeoutSeconds: timeout };
}

/** `name[:port]` exactly as a URL writes it: lower case, no user, no path, no default port. */
function parseHost(text: string): Parsed<string> {
  const url = URL.parse(`https://${text}/`);
  if (url === null || url.host !== text || url.pathname !== '/' || text.includes('@'))
    return refuse('is no host in lower case, with a port only where it is not 443');
  return accept(text);
}

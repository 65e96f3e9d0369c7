import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { parseDuration } from './duration.ts';
import * as z from './field.ts';
import { checkedText, choice, parsedText } from './parsed-text.ts';

export interface ChannelPolicy {
  /** Part of image tags: `[a-z][a-z0-9-]{0,31}`. */
  readonly name: string;
  /** Releases of these classes are announced there. */
  readonly classes: readonly ('rc' | 'stable')[];
  /** `release` and `reconcile` announce by themselves; else a person runs `announce`. */
  readonly auto: boolean;
}

/** What every channel has. */
export const channelFields = {
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

/** What a channel of another host has besides. */
export function hostField(known?: string) {
  return parsedText(
    {
      wanted: `a host such as "${known ?? 'hooks.example.org'}"`,
      description: 'The only host anything is sent to; redirects are not followed.',
      examples: [known ?? 'hooks.example.org'],
    },
    parseHost,
  );
}

/** The name of the environment variable in which a secret comes. */
export function variableField(holds: string) {
  return checkedText(
    {
      wanted: 'the name of an environment variable',
      description: `The environment variable that holds ${holds}. It is a secret: it is never shown.`,
      pattern: '^[A-Z][A-Z0-9_]*$',
    },
    (text) =>
      /^[A-Z][A-Z0-9_]{0,99}$/.test(text) && !text.startsWith('CUTWATER_')
        ? undefined
        : 'is not made of upper case letters, digits and "_", or begins with "CUTWATER_"',
  );
}

export const timeoutField = parsedText(
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
).prefault('10s');

/** `name[:port]` exactly as a URL writes it: lower case, no user, no path, no default port. */
function parseHost(text: string): Parsed<string> {
  const url = URL.parse(`https://${text}/`);
  if (url === null || url.host !== text || url.pathname !== '/' || text.includes('@'))
    return refuse('is no host in lower case, with a port only where it is not 443');
  return accept(text);
}

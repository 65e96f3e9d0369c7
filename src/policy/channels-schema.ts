import * as z from './field.ts';
import { checkedText, choice, section } from './parsed-text.ts';

/** The names in the registry that move, and how builds of commits are named. */
export const channelsSchema = section('a mapping', {
  major: choice(['always', 'from-1.0'], 'Whether the alias "0" is published while the major version is 0.').default(
    'always',
  ),
  latest: checkedText(
    {
      wanted: '"highest" or a line in quotes such as "2.1"',
      description: '"highest": the highest stable version of all. Or a line, in quotes: "2", "2.1".',
      pattern: '^(highest|\\d+(\\.\\d+)?)$',
    },
    (text) => (/^(?:highest|(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))?)$/.test(text) ? undefined : 'is neither'),
  ).prefault('highest'),
  sha: choice(['full', 'short'], 'sha-COMMIT with the full commit id, or its first digits.').default('full'),
  edge: isPublished('Whether the newest build of the protected branch is published as "edge", of every image.'),
  nightly: isPublished('Whether the builds of each day (UTC) are published as "nightly-YYYY-MM-DD", of every image.'),
}).meta({ description: 'The names that move: latest, X, X.Y, edge and nightlies; and the form of sha-COMMIT.' });

function isPublished(description: string) {
  return z.boolean({ error: 'true or false' }).default(true).meta({ description });
}

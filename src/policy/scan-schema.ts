import { parseAge } from './age.ts';
import { accept, refuse } from '../domain/brand.ts';
import { parseClosingDate } from './closing-date.ts';
import * as z from './field.ts';
import { checkedText, choice, filledText, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';

const exceptionSchema = section('a mapping with id, reason and until', {
  id: checkedText(
    {
      wanted: 'the name of a vulnerability such as "CVE-2026-1234"',
      description: 'Name of the vulnerability, or one of its other names.',
      pattern: '^[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9.:_-]+$',
    },
    (text) =>
      /^[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9.:_-]{1,100}$/.test(text) ? undefined : 'is no name of a vulnerability',
  ),
  package: filledText({
    wanted: 'the name of a package',
    description: 'Only in this package; by default in all.',
  }).optional(),
  reason: filledText({ wanted: 'a sentence', description: 'Why it may be there. It is published.' }),
  until: parsedText(
    {
      wanted: 'a date such as 2027-01-31',
      description: 'The last day it holds. After it the release is refused again.',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    },
    parseClosingDate,
  ),
});

/** Which vulnerabilities stop a release. */
export const scanSchema = section('a mapping with tool', {
  tool: choice(
    ['trivy', 'grype', 'osv-scanner', 'recorded'],
    'The scanner. osv-scanner tells osv.dev the packages of the image, unless it has databases of its own. recorded: a report of trivy that was made before is read, and the release says so.',
  ).default('trivy'),
  report: parsedText(
    {
      wanted: 'the path of a report, with {arch} where platforms differ',
      description: 'For recorded: path of the report in the repository, with {arch} (amd64) or {machine} (x86_64).',
    },
    (text) => {
      const plain = parseRepositoryPath(text.replaceAll(/\{(?:arch|machine|os)\}/g, 'x'));
      return plain.is === 'ok' ? accept(text) : refuse(plain.reason);
    },
  ).optional(),
  failOn: choice(
    ['critical', 'high', 'medium', 'low', 'negligible'],
    'The mildest severity that stops a release.',
  ).default('high'),
  unknownSeverity: choice(['fail', 'ignore'], 'What a vulnerability without a severity does.').default('fail'),
  ignoreUnfixed: z
    .boolean({ error: 'true or false' })
    .default(false)
    .meta({ description: 'True: what nobody has mended yet stops nothing; it is counted.' }),
  endOfLife: choice(['fail', 'ignore'], 'What an operating system without further updates does.').default('fail'),
  nothingFound: choice(
    ['fail', 'allow'],
    'What an image does in which no package is recognised, as on scratch without an SBOM: nothing was looked at.',
  ).default('fail'),
  maxDatabaseAge: parsedText(
    {
      wanted: 'an age such as "36h" or "7d"',
      description: "How old the scanner's knowledge may be.",
      pattern: '^\\d+[hd]$',
      examples: ['48h'],
    },
    parseAge,
  ).prefault('48h'),
  sha256: checkedText(
    {
      wanted: '64 hexadecimal digits',
      description: 'SHA-256 of the scanner, where only this very program may run.',
      pattern: '^[0-9a-f]{64}$',
    },
    (text) => (/^[0-9a-f]{64}$/.test(text) ? undefined : 'is no SHA-256'),
  ).optional(),
  vex: z
    .array(
      parsedText(
        { wanted: 'the path of an OpenVEX document', description: 'Path of an OpenVEX document in the repository.' },
        parseRepositoryPath,
      ),
      { error: 'a list of paths' },
    )
    .default([])
    .meta({ description: 'OpenVEX documents that say which vulnerabilities do not affect the image.' }),
  exceptions: z
    .array(exceptionSchema, { error: 'a list of exceptions' })
    .default([])
    .meta({ description: 'Vulnerabilities that may be there, each with a reason and a last day.' }),
}).meta({ description: 'The scan of the built image, before anything is published.' });

export type ScanPolicy = z.output<typeof scanSchema>;

import { parseClosingDate } from './closing-date.ts';
import * as z from './field.ts';
import { parseOpenpgpFingerprint } from './openpgp-fingerprint.ts';
import { checkedText, filledText, parsedText, section } from './parsed-text.ts';
import { parseRepositoryPath } from './repository-path.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

const openpgpSchema = section('a mapping with fingerprint and keyFile', {
  fingerprint: parsedText(
    {
      wanted: 'the full fingerprint of the primary key, 40 or 64 hexadecimal digits',
      description: 'Full fingerprint of the primary key, as "gpg --fingerprint" prints it; spaces are allowed.',
    },
    parseOpenpgpFingerprint,
  ),
  keyFile: parsedText(
    {
      wanted: 'the path of a public key file in the repository',
      description: 'The public key, as "gpg --armor --export" writes it, committed in the repository.',
      examples: ['.cutwater/keys/ada.asc'],
    },
    parseRepositoryPath,
  ),
}).meta({ description: 'An OpenPGP key.' });

const maintainerSchema = section('a mapping with name and either openpgp or ssh', {
  name: filledText({
    wanted: 'the name of a maintainer',
    description: 'How messages and release statements name this person.',
  }),
  openpgp: openpgpSchema.optional(),
  ssh: parsedText(
    {
      wanted: 'a public key such as "ssh-ed25519 AAAA..."',
      description: 'An SSH public key, as in a .pub file.',
      pattern: '^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) ',
    },
    parseSshPublicKey,
  ).optional(),
  revoked: z.boolean({ error: 'true or false' }).default(false).meta({
    description:
      'True for a key that was given up: everything it signed is refused, unless a checkpoint vouches for it.',
  }),
  notAfter: parsedText(
    {
      wanted: 'a date such as 2027-01-31',
      description:
        'The last day (UTC) on which signatures of this key count, judged by the clock of the one who checks.',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
    },
    parseClosingDate,
  ).optional(),
}).meta({ oneOf: [{ required: ['openpgp'] }, { required: ['ssh'] }] });

const keylessSchema = section('a mapping with issuer, identity and trustedRoot', {
  issuer: checkedText(
    {
      wanted: 'an address such as "https://token.actions.githubusercontent.com"',
      description: 'The OIDC issuer that vouches for the workflow, exactly as its certificates name it.',
      pattern: '^https://',
      examples: ['https://token.actions.githubusercontent.com'],
    },
    (text) =>
      /^https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~/-]*)?$/.test(text) ? undefined : 'is no such address',
  ),
  identity: checkedText(
    {
      wanted: 'the identity in the certificate, "*" for what may differ',
      description: 'The identity in the certificate; "*" stands for any text without "/", as for the tag at the end.',
      examples: ['https://github.com/owner/name/.github/workflows/release.yml@refs/tags/*'],
    },
    (text) => (/^\*+$/.test(text.replaceAll('/', '')) ? 'would be anybody' : undefined),
  ),
  trustedRoot: parsedText(
    {
      wanted: 'the path of a trusted root in the repository',
      description: 'The sigstore trusted root (JSON) that decides whose certificates and logs count, committed here.',
      examples: ['.cutwater/keys/trusted-root.json'],
    },
    parseRepositoryPath,
  ),
}).meta({ description: 'A workflow that signs without a key of its own (sigstore).' });

const ciKeySchema = section('a mapping with name and either keyFile or keyless', {
  name: filledText({ wanted: 'the name of a CI key', description: 'How messages name this key.' }),
  keyFile: parsedText(
    {
      wanted: 'the path of a public key in PEM in the repository',
      description: 'The public key in PEM (ECDSA P-256 or Ed25519), committed in the repository.',
      examples: ['.cutwater/keys/ci.pem'],
    },
    parseRepositoryPath,
  ).optional(),
  keyless: keylessSchema.optional(),
}).meta({ oneOf: [{ required: ['keyFile'] }, { required: ['keyless'] }] });

/** Whose signatures count: maintainers for tags, CI keys for what a release run signs. */
export const trustSchema = section('a mapping with maintainers', {
  maintainers: z
    .array(maintainerSchema, { error: 'a list of maintainers' })
    .min(1, { error: 'a list of at least one maintainer' })
    .meta({ description: 'Whose signatures on tags count.' }),
  ci: z
    .array(ciKeySchema, { error: 'a list of CI keys' })
    .default([])
    .meta({ description: 'Keys of the release workflow. They sign statements, never tags.' }),
}).meta({ description: 'Whose signatures count. Read from the protected branch only.' });

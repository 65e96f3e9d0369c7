import type { Parsed } from '../domain/brand.ts';
import { accept, refuse } from '../domain/brand.ts';
import { parseImageName, parseImageReference } from '../domain/image-name.ts';
import { parsePlatform } from '../domain/platform.ts';
import { commandSchema } from './command-schema.ts';
import * as z from './field.ts';
import { checkedText, choice, filledText, parsedText, section } from './parsed-text.ts';
import { placeholderFault } from './placeholder.ts';
import { parseFolderPath, parseRepositoryPath } from './repository-path.ts';

const filePlaceholders = 'with {arch} (amd64), {machine} (x86_64) or {os} (linux) where platforms differ';

const fileSchema = section('a mapping with from and to', {
  from: parsedText(
    { wanted: 'the path of a file in the repository', description: `File of the source tree, ${filePlaceholders}.` },
    (text) => withPlaceholders(text, parseRepositoryPath),
  ),
  to: checkedText(
    {
      wanted: 'an absolute path such as "/usr/local/bin/app"',
      description: `Absolute path in the image, ${filePlaceholders}. A folder may be put at "/".`,
      pattern: '^/',
    },
    (text) => (text === '/' ? undefined : (placeholderFault(text) ?? imagePathFault(text))),
  ),
  mode: parsedText(
    {
      wanted: 'permission bits in quotes such as "0755", or "as-is"',
      description:
        'Permission bits in octal, in quotes. as-is: 0755 for what may be executed in the source tree, 0644 for the rest.',
      pattern: '^([0-7]{3,4}|as-is)$',
      examples: ['0755', '0644', 'as-is'],
    },
    parseMode,
  ).prefault('0644'),
});

const words = (notes: { readonly wanted: string; readonly description: string }) =>
  z
    .array(filledText({ wanted: 'a text that is not empty', description: 'One word.' }), { error: notes.wanted })
    .meta({ description: notes.description });

const assembleSchema = section('a mapping with files and entrypoint', {
  base: checkedText(
    {
      wanted: '"scratch" or an image by digest, "host/name@sha256:..."',
      description: 'What the files are put onto: "scratch", or an image by digest.',
      examples: ['scratch'],
    },
    baseFault,
  ).prefault('scratch'),
  prepare: z
    .array(commandSchema, { error: 'a list of commands' })
    .default([])
    .meta({ description: 'Commands run in the source tree before the files are taken, once for all platforms.' }),
  files: z
    .array(fileSchema, { error: 'a list of files' })
    .min(1, { error: 'a list of at least one file' })
    .meta({ description: 'The files of the image.' }),
  writableFolders: z
    .array(
      checkedText(
        {
          wanted: 'an absolute path such as "/tmp"',
          description: 'Absolute path of a folder.',
          pattern: '^/',
          examples: ['/tmp'],
        },
        imagePathFault,
      ),
      { error: 'a list of folders' },
    )
    .default([])
    .meta({
      description:
        'Folders that every user in the image may write to (mode 1777): a program without root has no other.',
    }),
  entrypoint: words({
    wanted: 'a list such as ["/usr/local/bin/app"]',
    description: 'The program of the image, as a list.',
  }).min(1, {
    error: 'a list of at least one word',
  }),
  cmd: words({ wanted: 'a list of words', description: 'Default arguments, as a list.' }).default([]),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of an environment variable' }),
      z.string({ error: 'a text' }).refine((text) => !text.includes('\0'), { error: 'a text without NUL' }),
      { error: 'a mapping of names to texts' },
    )
    .default({})
    .meta({ description: 'Environment variables of the image.' }),
  user: checkedText({ wanted: 'a user such as "65532:65532"', description: 'uid[:gid], or a name.' }, (text) =>
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/.test(text) ? undefined : 'is no user',
  ).optional(),
  workdir: checkedText({ wanted: 'an absolute path', description: 'Working directory.', pattern: '^/' }, (text) =>
    text === '/' ? undefined : imagePathFault(text),
  ).optional(),
  ports: z
    .array(portSchema(), { error: 'a list of ports' })
    .default([])
    .meta({ description: 'Ports the program listens on.' }),
}).meta({ description: 'Build without Docker: files onto a base, bit for bit the same everywhere.' });

const buildSchema = section('a mapping with either dockerfile or assemble', {
  dockerfile: parsedText(
    {
      wanted: 'the path of a Dockerfile in the repository',
      description: 'Build with this Dockerfile.',
      examples: ['docker/backend.Dockerfile'],
    },
    parseRepositoryPath,
  ).optional(),
  context: parsedText(
    {
      wanted: 'a folder of the repository, or "."',
      description: 'Build context of the Dockerfile; "." is the whole repository.',
    },
    parseFolderPath,
  ).optional(),
  builder: choice(
    ['auto', 'buildx', 'buildah'],
    'What builds the Dockerfile. auto, the default: buildx where it works, else buildah.',
  ).optional(),
  target: checkedText(
    { wanted: 'the name of a stage', description: 'The stage of the Dockerfile to build; by default the last one.' },
    (text) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text) ? undefined : 'is no name of a stage'),
  ).optional(),
  args: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'the name of a build argument' }),
      z.string({ error: 'a text' }).refine((text) => !/[\0\r\n]/.test(text), { error: 'a text of one line' }),
      { error: 'a mapping of names to texts' },
    )
    .optional()
    .meta({ description: 'Build arguments. They are public: the history of the image shows them.' }),
  assemble: assembleSchema.optional(),
}).meta({ description: 'How the image is built.', oneOf: [{ required: ['dockerfile'] }, { required: ['assemble'] }] });

/** One image of a release. */
export const imageSchema = section('a mapping with build', {
  repository: parsedText(
    {
      wanted: 'a name such as "ghcr.io/owner/name", or "embedded/name"',
      description: 'Where the image is published. "embedded/NAME" is the registry on disk. Default: embedded/PROJECT.',
      examples: ['ghcr.io/owner/name'],
    },
    parseImageName,
  ).optional(),
  mirrors: z
    .array(
      parsedText(
        {
          wanted: 'a name such as "quay.io/owner/name"',
          description: 'A repository that gets what the main one has.',
          examples: ['quay.io/owner/name'],
        },
        parseImageName,
      ),
      { error: 'a list of repositories' },
    )
    .default([])
    .meta({ description: 'Further repositories, filled by digest after the main one is right.' }),
  platforms: z
    .array(
      parsedText(
        {
          wanted: 'a platform such as "linux/amd64"',
          description: 'os/architecture[/variant]; linux/arm64/v8 is linux/arm64.',
          pattern: '^[a-z0-9]+/[a-z0-9]+(/[a-z0-9.]+)?$',
        },
        parsePlatform,
      ),
      { error: 'a list of platforms' },
    )
    .min(1, { error: 'a list of at least one platform' })
    .prefault(['linux/amd64', 'linux/arm64'])
    .meta({ description: 'Every release has all of these.' }),
  build: buildSchema,
  lockFiles: z
    .array(
      parsedText(
        { wanted: 'the path of a lock file', description: 'Path of a lock file, such as package-lock.json.' },
        parseRepositoryPath,
      ),
      { error: 'a list of lock files' },
    )
    .default([])
    .meta({ description: 'Of a companion: lock files its bill of materials is read from.' }),
});

/** A file of the image that is attached to the release too. */
export const binarySchema = section('a mapping with name and path', {
  name: checkedText(
    {
      wanted: 'a file name such as "app-{machine}-linux"',
      description: `Name of the release asset, ${filePlaceholders}.`,
      examples: ['app-{machine}-linux'],
    },
    (text) =>
      placeholderFault(text) ??
      (/^[A-Za-z0-9{][A-Za-z0-9._+{}-]{0,150}$/.test(text)
        ? undefined
        : 'has characters that are not allowed in an asset'),
  ),
  path: checkedText(
    {
      wanted: 'an absolute path such as "/usr/local/bin/app"',
      description: 'Absolute path of the file in the image.',
      pattern: '^/',
    },
    (text) =>
      /[{}]/.test(text) ? 'has a placeholder, but the path is the same on every platform' : imagePathFault(text),
  ),
  static: z
    .boolean({ error: 'true or false' })
    .default(false)
    .meta({ description: 'True: a release is refused when the file needs an interpreter or shared libraries.' }),
  image: filledText({
    wanted: 'the last part of the name of an image, such as "web"',
    description:
      'Which image it comes out of, by the last part of its repository, as in gates. Default: the first image.',
  }).optional(),
  versionArgs: words({
    wanted: 'a list of words such as ["--version"]',
    description:
      'With these arguments the program says its version: it is started, and refused where it says another. Static programs of this machine, or with qemu-user of any.',
  }).optional(),
});

function portSchema() {
  return parsedText(
    { wanted: 'a port such as "8080/tcp"', description: 'PORT/tcp or PORT/udp.', pattern: '^\\d+(/(tcp|udp))?$' },
    (text) => {
      const match = /^([1-9]\d{0,4})(?:\/(tcp|udp))?$/.exec(text);
      if (match === null || Number(match[1]) > 65_535) return refuse('is no port');
      return accept(`${match[1] ?? ''}/${match[2] ?? 'tcp'}`);
    },
  );
}

function withPlaceholders(text: string, parse: (text: string) => Parsed<string>): Parsed<string> {
  const fault = placeholderFault(text);
  return fault === undefined ? parse(text) : refuse(fault);
}

function parseMode(text: string): Parsed<number | 'as-is'> {
  if (text === 'as-is') return accept(text);
  return /^[0-7]{3,4}$/.test(text)
    ? accept(Number.parseInt(text, 8))
    : refuse('is neither three or four octal digits nor "as-is"');
}

function baseFault(text: string): string | undefined {
  if (text === 'scratch') return undefined;
  const parsed = parseImageReference(text);
  if (parsed.is === 'refused') return parsed.reason;
  return parsed.value.target.kind === 'digest' ? undefined : 'is a tag, and a tag may point at other bytes tomorrow';
}

function imagePathFault(text: string): string | undefined {
  if (!text.startsWith('/')) return 'is not absolute';
  if (text.endsWith('/')) return 'ends with "/"';
  if (text.length > 1024) return 'is longer than 1024 characters';
  const parts = text.slice(1).split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..')
    ? 'has an empty, "." or ".." part'
    : undefined;
}

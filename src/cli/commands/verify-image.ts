import { CutwaterError } from '../../domain/error.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName, parseImageName, parseImageReference } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { verifyImage } from '../../engine/verify/verify-image.ts';
import type { Verification } from '../../report/verification.ts';
import { exitOf } from '../../report/verification.ts';
import type { CliContext, CommandInput } from '../command.ts';
import type { AskedSigner } from '../compose-verify.ts';
import { openOutside, readAskedSigner } from '../compose-verify.ts';
import { writeJson } from '../render/json.ts';
import { renderVerification } from '../render/verification.ts';

const signerOptions = ['key', 'certificate-identity', 'certificate-oidc-issuer', 'trusted-root'] as const;

/** Whether the command line says whose signature counts, so that no project is needed. */
export function isOutside(input: CommandInput): boolean {
  return [...signerOptions, 'mirror-of', 'statements'].some((name) => input.text(name) !== undefined);
}

/** `cutwater verify IMAGE[:TAG|@DIGEST] --key FILE`, or with the identity of a workflow */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const asked = readSigner(input);
  const target = input.argument('TARGET');
  const reference = parseImageReference(target);
  if (reference.is === 'refused')
    throw new CutwaterError('USAGE', `Cannot verify ${quote(target)}: as an image it ${reference.reason}`, {
      hint: 'Name the image with its tag or digest: ghcr.io/acme/app:1.2.3. A version alone is for a clone of the project',
    });
  const { name } = reference.value;
  const statements = readName(input, 'statements') ?? name;
  const releasedAs = formatImageName(readName(input, 'mirror-of') ?? name);
  if ([name, statements].some(({ registry }) => registry === 'embedded'))
    throw new CutwaterError('USAGE', `Cannot verify ${quote(target)}: an embedded registry is part of its project`, {
      hint: "Serve it with 'cutwater registry serve' and name the image there, or verify in the project without --key",
    });
  const trust = await readAskedSigner(context, asked);
  const outside = await openOutside(context, { image: name, statements });
  try {
    const verification = await verifyImage(outside.world, { reference: reference.value, releasedAs, trust });
    await outside.close();
    if (context.options.json) writeJson(context.stdout, { ...verification });
    else {
      const lines = renderVerification(verification, context.terminal, verdicts(target, verification));
      context.stdout.write(`${lines.join('\n')}\n`);
    }
    return exitOf(verification);
  } finally {
    await outside.close();
  }
}

function verdicts(
  target: string,
  { version, checks }: Verification,
): Readonly<Record<Verification['verdict'], string>> {
  const count = checks.filter(({ is }) => is === 'passed').length;
  const shown = quote(target);
  const withdrawn = checks.some(({ name }) => name === 'withdrawn') ? ', but records in the registry withdraw it' : '';
  return {
    passed: `${shown} is ${version} as CI released it${withdrawn}: ${count} checks passed. The notes say what was not checked.`,
    failed: `${shown} is NOT a release that this signer made. Do not deploy it.`,
    differs: `${shown} differs from what was released.`,
    incomplete: `${shown} could not be checked whole; nothing found so far is wrong.`,
  };
}

function readSigner(input: CommandInput): AskedSigner {
  const [file, identity, issuer, trustedRoot] = signerOptions.map((name) => input.text(name));
  const project = ['deep', 'start', 'rebuild'].filter((name) => input.flag(name));
  const trust = input.text('trust') === undefined ? [] : ['trust'];
  const [wrong] = [...trust, ...project];
  if (wrong !== undefined)
    throw new CutwaterError('USAGE', `Cannot verify an image alone with --${wrong}: that takes the project`, {
      hint: `Leave out --${wrong}, or verify in a clone without --key and --certificate-identity`,
    });
  if (file !== undefined) {
    if ([identity, issuer, trustedRoot].some((value) => value !== undefined))
      throw new CutwaterError('USAGE', 'Cannot verify by a key and by a certificate at once', {
        hint: 'Give --key, or --certificate-identity with --certificate-oidc-issuer and --trusted-root',
      });
    return { kind: 'key', file };
  }
  if (identity === undefined || issuer === undefined || trustedRoot === undefined) {
    const given = [identity, issuer, trustedRoot];
    const lacking = signerOptions.slice(1).filter((_, at) => given[at] === undefined);
    throw new CutwaterError(
      'USAGE',
      `Cannot verify an image: who signs it is not said whole, ${lacking.map((name) => `--${name}`).join(', ')} is wanted`,
      {
        hint: 'Give --key FILE, or all of --certificate-identity, --certificate-oidc-issuer and --trusted-root',
      },
    );
  }
  return { kind: 'keyless', identity: requireIdentity(identity), issuer, trustedRoot };
}

/** The pattern of a policy, with the same bound: not just anybody. */
function requireIdentity(identity: string): string {
  if (!/^\**$/.test(identity.replaceAll('/', ''))) return identity;
  throw new CutwaterError(
    'USAGE',
    `Cannot verify with --certificate-identity ${quote(identity)}: that would be anybody`,
    {
      hint: 'Name the workflow: https://github.com/owner/name/.github/workflows/release.yml@refs/tags/*',
    },
  );
}

function readName(input: CommandInput, option: 'mirror-of' | 'statements'): ImageName | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  const name = parseImageName(text);
  if (name.is === 'ok') return name.value;
  throw new CutwaterError('USAGE', `Cannot use --${option} ${quote(text)}: it ${name.reason}`, {
    hint: 'Name an image without tag and digest: ghcr.io/acme/app',
  });
}

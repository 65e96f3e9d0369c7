import { resolve } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { formatImageName, parseImageReference } from '../../domain/image-name.ts';
import { quote } from '../../domain/quote.ts';
import { parseVersion, readVersion } from '../../domain/version.ts';
import { placeOfImage } from '../../engine/facts/image-places.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import { findVersionOf } from '../../engine/facts/find-version.ts';
import type { LoadedPolicy } from '../../engine/facts/load-policy.ts';
import { readProjectTags } from '../../engine/facts/read-tags.ts';
import type { VerifyRequest } from '../../engine/verify/verify-release.ts';
import type { VerifyWorld } from '../../engine/world.ts';
import { verifyRelease } from '../../engine/verify/verify-release.ts';
import { exitOf } from '../../report/verification.ts';
import type { CliContext, CommandInput } from '../command.ts';
import type { Project } from '../project.ts';
import { openProject } from '../compose.ts';
import { readTrustFile } from '../compose-files.ts';
import { writeJson } from '../render/json.ts';
import { renderVerification } from '../render/verification.ts';
import { isOutside, run as runOutside } from './verify-image.ts';

/** `cutwater verify VERSION|IMAGE[:TAG|@DIGEST]` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  if (isOutside(input)) return runOutside(input, context);
  const target = input.argument('TARGET');
  const trustFile = input.text('trust');
  const project = await openProject(context, { fetch: 'must', access: 'read' });
  try {
    const loaded =
      trustFile === undefined ? project.loaded : await withTrust(project.loaded, resolve(context.cwd, trustFile));
    const tags = await readProjectTags(project.world.git, loaded.policy, 'remote');
    const request = {
      ...(await readTarget(project, target, tags)),
      deep: input.flag('deep'),
      start: input.flag('start'),
      rebuild: input.flag('rebuild'),
    };
    const verification = await verifyRelease(project.world, loaded, request);
    await project.close();
    if (context.options.json) writeJson(context.stdout, { ...verification });
    else context.stdout.write(`${renderVerification(verification, context.terminal).join('\n')}\n`);
    return exitOf(verification);
  } finally {
    await project.close();
  }
}

/** The project's policy judged by a consumer's own keys and signature rules. */
async function withTrust(loaded: LoadedPolicy, file: string): Promise<LoadedPolicy> {
  const { trust, signatures } = await readTrustFile(file);
  return { ...loaded, trust, policy: { ...loaded.policy, signatures } };
}

async function readTarget(
  project: Project<VerifyWorld>,
  target: string,
  tags: VerifyRequest['tags'],
): Promise<VerifyRequest> {
  if (parseVersion(target.replace(/^v/, '')).is === 'ok') return { version: readVersion(target), tags };
  const reference = parseImageReference(target);
  if (reference.is === 'refused')
    throw new CutwaterError(
      'USAGE',
      `Cannot verify ${quote(target)}: as an image it ${reference.reason}, and it is no version`,
    );
  const { world } = project;
  const place = placeOfImage(world, formatImageName(reference.value.name));
  if (place === undefined) {
    const own = [world, ...world.companions].map(({ repository }) => formatImageName(repository.name)).join(', ');
    throw new CutwaterError('USAGE', `Cannot verify ${quote(target)}: this project publishes ${own}`, {
      hint: 'Name the repository of the image with --repo DIR',
    });
  }
  const { target: at } = reference.value;
  const found = await place.repository.resolve(at.kind === 'tag' ? at.tag : at.digest);
  if (found === undefined)
    throw new CutwaterError('NOT_PUBLISHED', `Cannot verify ${quote(target)}: the registry does not have it`);
  const image = { name: formatImageName(reference.value.name), digest: found.digest };
  const named = at.kind === 'tag' ? readRegistryTag(at.tag) : undefined;
  // What the tag of a version holds must be that version, and no other release.
  const version =
    named?.kind === 'version' ? named.version : await findVersionOf(project.world, project.loaded, found.digest);
  return { version, tags, image };
}

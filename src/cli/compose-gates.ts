import { join } from 'node:path';
import { gateCommands } from '../adapters/gate-commands/gate-runner.ts';
import type { NamedSecret } from '../adapters/gate-commands/secret-filter.ts';
import { formatImageName } from '../domain/image-name.ts';
import type { GateRunner } from '../ports/gate-runner.ts';
import type { CliContext } from './command.ts';
import type { Parts } from './compose.ts';
import type { CiCredential } from './compose-signer.ts';
import { dataFolder } from './compose-registry.ts';
import type { OpenedRepository } from './project.ts';
import { secretVariables } from './redact.ts';

/**
 * What runs the gates of the project. Gates are the project's own code and run as this user, so what they print may hold
 * any secret that is here: the CI key, where there is one, and every variable that looks like a secret is taken out.
 */
export function openGateRunner(context: CliContext, parts: Parts, credential: CiCredential | undefined): GateRunner {
  const { git, workspace, topFolder } = parts;
  return gateCommands({
    git,
    newFolder: (name) => workspace.newFolder(name),
    logFolder: join(dataFolder(context, topFolder), 'logs'),
    pullName: (image) => holderOf(parts, image).pullName(image),
    environment: context.env,
    secrets: [...secretsOf(credential), ...secretVariables(context.env)],
    signal: context.signal,
  });
}

/** The repository of the image that a gate is given. */
function holderOf({ opened, companions }: Parts, image: string): OpenedRepository {
  const held = companions.find((one) => image.startsWith(`${formatImageName(one.opened.repository.name)}@`));
  return held?.opened ?? opened;
}

function secretsOf(credential: CiCredential | undefined): readonly NamedSecret[] {
  if (credential?.kind !== 'key') return [];
  const { privateKeyPem, passphrase } = credential.key;
  return [
    { name: 'CI key', value: privateKeyPem.reveal() },
    ...(passphrase === undefined ? [] : [{ name: 'CI key password', value: passphrase.reveal() }]),
  ];
}

import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { quote } from '../../domain/quote.ts';
import { askCredentialHelper } from './credential-helper.ts';
import type { Credentials, CredentialQuery, CredentialSource } from './credentials.ts';
import { readDockerConfig } from './docker-config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const largestConfig = 1024 * 1024;

/**
 * Credentials as `docker login` and `podman login` leave them: `DOCKER_AUTH_CONFIG` (inline JSON), then
 * `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, `$REGISTRY_AUTH_FILE`, and podman's `auth.json`.
 */
export function dockerCredentials(environment: Environment): CredentialSource {
  return async (query) => {
    const problems: string[] = [];
    for await (const config of configs(environment)) {
      const found = await lookUp(config, { query, environment });
      if (found.kind !== 'none') return found;
      problems.push(...found.problems);
    }
    return { kind: 'none', problems };
  };
}

interface ConfigText {
  readonly source: string;
  readonly text: string | undefined;
}

async function lookUp(
  { source, text }: ConfigText,
  { query, environment }: { readonly query: CredentialQuery; readonly environment: Environment },
): Promise<Credentials> {
  const findings = text === undefined ? undefined : readDockerConfig(text, query);
  if (findings === undefined) return { kind: 'none', problems: [`${source} cannot be read as JSON`] };
  const problems: string[] = [];
  for (const finding of findings) {
    const found =
      finding.is === 'credentials'
        ? finding.credentials
        : await askCredentialHelper(finding.helper, finding.server, environment);
    if (found.kind !== 'none') return found;
    problems.push(...found.problems);
  }
  return { kind: 'none', problems: [...new Set(problems)] };
}

async function* configs(environment: Environment): AsyncGenerator<ConfigText> {
  const inline = environment['DOCKER_AUTH_CONFIG'];
  if (inline !== undefined && inline !== '') yield { source: 'DOCKER_AUTH_CONFIG', text: inline };
  for (const path of configPaths(environment)) {
    const text = await readSmallFile(path);
    if (text !== undefined) yield { source: quote(path), text: text.text };
  }
}

function configPaths(environment: Environment): readonly string[] {
  const home = environment['HOME'] || homedir();
  const runtime = environment['XDG_RUNTIME_DIR'];
  const given = environment['REGISTRY_AUTH_FILE'];
  return [
    join(environment['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    ...(given ? [given] : []),
    ...(runtime ? [join(runtime, 'containers', 'auth.json')] : []),
    join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'auth.json'),
  ];
}

/** Undefined where there is no such file; without text where it cannot be read or is no configuration by its size. */
async function readSmallFile(path: string): Promise<{ readonly text: string | undefined } | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    return { text: size > largestConfig ? undefined : await file.readFile('utf8') };
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      ? undefined
      : { text: undefined };
  }
}

import { isCutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { Secret } from '../../domain/secret.ts';
import { runTool } from '../process/run-tool.ts';
import { userEnvironment } from '../process/user-environment.ts';
import type { Credentials } from './credentials.ts';
import { parseJsonObject, textMember } from './json-object.ts';

/**
 * Asks `docker-credential-<helper> get` for a server. "Not found" is no credentials; a helper that is missing or fails
 * is no credentials with the problem named, since most images can be read without any.
 */
export async function askCredentialHelper(
  helper: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Credentials> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(helper))
    return none(`the credential helper ${quote(helper)} has no valid name`);
  const command = `docker-credential-${helper}`;
  try {
    const { exitCode, stdout, stderr, timedOut } = await runTool({
      command,
      args: ['get'],
      input: server,
      // What unlocks the user's key store is in there.
      env: userEnvironment(environment),
      timeoutSeconds: 60,
      maxOutputBytes: 1024 * 1024,
    });
    const output = new TextDecoder().decode(stdout);
    if (exitCode === 0) return readAnswer(output) ?? none(`${quote(command)} gives no credentials that can be read`);
    if (/credentials not found/i.test(output + stderr)) return none();
    const reason = timedOut ? 'does not end' : `ends with ${exitCode}: ${escapeText((stderr || output).trim(), 200)}`;
    return none(`${quote(command)} ${reason}`);
  } catch (error) {
    if (isCutwaterError(error)) return none(error.message);
    throw error;
  }
}

function readAnswer(output: string): Credentials | undefined {
  const answer = parseJsonObject(output);
  const username = answer === undefined ? undefined : textMember(answer, 'Username');
  const secret = answer === undefined ? undefined : textMember(answer, 'Secret');
  if (secret === undefined) return undefined;
  if (username === '<token>') return { kind: 'identity-token', username: '', token: new Secret(secret) };
  return username === undefined ? undefined : { kind: 'password', username, password: new Secret(secret) };
}

function none(problem?: string): Credentials {
  return { kind: 'none', problems: problem === undefined ? [] : [problem] };
}

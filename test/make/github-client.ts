import { equal, match, ok, rejects } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { githubForge } from '../../src/adapters/github/github-forge.ts';
import { fastTiming, sendJson, withHeaders } from '../../src/adapters/oci-http/scripted-registry.ts';
import type { ErrorCode } from '../../src/domain/error-catalogue.ts';
import { isCutwaterError } from '../../src/domain/error.ts';
import { contractTags, sampleTagObject } from '../../src/ports/forge.contract.ts';
import type { GithubServer, Interference } from './github-server.ts';
import { githubToken } from './github-answers.ts';
import { startGithub } from './github-server.ts';

/** A test server, and the adapter as someone who may write speaks to it; no real waiting. */
export async function openGithub(t: TestContext): Promise<{
  readonly github: GithubServer;
  readonly forge: ReturnType<typeof githubForge>;
  readonly timing: ReturnType<typeof fastTiming>;
  readonly warnings: string[];
}> {
  const github = await startGithub(t, new Map(contractTags.map((tag) => [tag, sampleTagObject(tag)])));
  const timing = fastTiming();
  const warnings: string[] = [];
  return { github, timing, warnings, forge: openGithubForge(t, github, github.environment, { timing, warnings }) };
}

export function openGithubForge(
  t: TestContext,
  { address, repository }: GithubServer,
  environment: Readonly<Record<string, string>>,
  { timing = fastTiming(), warnings = [] as string[] } = {},
): ReturnType<typeof githubForge> {
  const onWarning = (text: string): void => void warnings.push(text);
  const forge = githubForge({ kind: 'github', address, repository }, { environment, timing, onWarning });
  t.after(() => forge.close());
  return forge;
}

export function failing(status: number, json: object, headers: Readonly<Record<string, string>> = {}): Interference {
  return answering(() => [status, json, headers]);
}

type Reply = readonly [number, object | string, Readonly<Record<string, string>>?];

/** Some requests are answered so; the rest by the server. */
export function answering(choose: (request: Parameters<Interference>[0]) => Reply | undefined): Interference {
  return (request, response) => {
    const reply = choose(request);
    if (reply === undefined) return undefined;
    const [status, body, headers = {}] = reply;
    if (typeof body === 'string') withHeaders(response, headers).writeHead(status).end(body);
    else sendJson(withHeaders(response, headers), status, body);
    return 'answered';
  };
}

export function once(interference: Interference): Interference {
  let isDone = false;
  return (request, response) => {
    if (isDone) return undefined;
    isDone = true;
    return interference(request, response);
  };
}

/** The code, and what message and hint must say; the token never. */
export async function fails(effect: Promise<unknown>, code: ErrorCode, patterns: readonly RegExp[]): Promise<void> {
  await rejects(effect, (error) => {
    ok(isCutwaterError(error), String(error));
    equal(error.code, code, error.message);
    const shown = `${error.message}\n${error.hint}`;
    for (const pattern of patterns) match(shown, pattern);
    ok(!shown.includes(githubToken));
    return true;
  });
}

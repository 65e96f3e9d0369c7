import { fileURLToPath } from 'node:url';

/** The root of the repository the tools stand in. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url));

/** A check answers with the problems it found, one line each; none means passed. */
export type Check = (root: string) => Promise<readonly string[]>;

/** Runs a check as a program: problems on stdout, exit code 1 where there are any. */
export async function runCheck(check: Check, root: string = repositoryRoot): Promise<void> {
  const problems = await check(root);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
}

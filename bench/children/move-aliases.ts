import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { parseDigest } from '../../src/domain/digest.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { moveAliases } from '../../src/engine/steps/alias.ts';
import { readImage } from '../image-argument.ts';

/** `IMAGE FROM TO ALIAS...`: moves aliases as `reconcile` does, with all its looks before and after; prints the requests. */
const [image = '', from = '', to = '', ...aliases] = process.argv.slice(2);
const repository = openRepository(readImage(image), { access: 'write' });
const group = aliases.map((alias) => {
  return { kind: 'alias', alias, digest: digest(to), from: digest(from), version: alias, because: 'bench' } as const;
});
const outcomes = await moveAliases(repository, group, {
  report: () => undefined,
  signal: new AbortController().signal,
});
repository.close();
if (outcomes.some((outcome) => outcome !== 'moved')) throw new Error(`The aliases were not moved: ${outcomes.join()}`);
process.stdout.write(`${repository.requestCount()}\n`);

function digest(text: string): Digest {
  const parsed = parseDigest(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new Error(`${text} ${parsed.reason}`);
}
